import * as z from 'zod';
import {
  type Call,
  defineTool,
  getHealth,
  getIndexHealth,
  getLoad,
  getLocks,
  getReplication,
  getTableHealth,
  listActions,
  listFindings,
  PLAYBOOKS,
  type PlaybookName,
  type Tool,
  target,
  targetOf,
  topQueries,
} from '../../mcp/index.ts';

/** A tool, and what it is asked. */
type Question = readonly [tool: Tool, given?: Readonly<Record<string, unknown>>];

/** What the steps of each playbook begin with, as far as it needs no choice between. */
const QUESTIONS: Readonly<Record<PlaybookName, readonly Question[]>> = {
  'slow-application': [
    [getHealth],
    [getLoad, { by: 'wait' }],
    [topQueries, { metric: 'regressed' }],
    [topQueries, { metric: 'total' }],
    [getLocks],
  ],
  'lock-pile-up': [[getLocks], [getLoad, { by: 'wait' }], [topQueries, { metric: 'regressed' }]],
  'disk-filling': [
    [listFindings],
    [getReplication],
    [getTableHealth],
    [getIndexHealth],
    [topQueries, { metric: 'temp' }],
  ],
  'before-a-deploy': [[getHealth], [getLocks, { all: true }], [listActions]],
};

const SHOWN_ENTRIES = 5;

const NAMES = PLAYBOOKS.map(({ name }) => name);

/** Says what holds a target back now, as a playbook would find it out. */
export const diagnose: Tool = defineTool({
  name: 'diagnose',
  title: 'Diagnose',
  description: `What holds a target back now, by a playbook (${NAMES.join(', ')}): its steps, and the answer to each question that it begins with.`,
  input: { target, playbook: z.enum(NAMES).default('slow-application') },
  output: {
    playbook: z.string(),
    steps: z.array(z.string()).describe('How to read the evidence, and what to ask next over MCP'),
    evidence: z.array(
      z.object({
        tool: z.string(),
        asked: z.record(z.string(), z.unknown()),
        answer: z.unknown().describe('Null when it was refused'),
        refusal: z.string().nullable(),
      }),
    ),
  },
  list: 'evidence',
  async run({ target: wanted, playbook }, call) {
    const { connection } = targetOf(call.source, wanted);
    const found = PLAYBOOKS.find(({ name }) => name === playbook);
    const questions = QUESTIONS[playbook];
    const evidence = [];
    for (const [index, question] of questions.entries()) {
      call.signal.throwIfAborted();
      const task = `asking ${question[0].name}`;
      call.onProgress({ task, done: index, total: questions.length, unit: 'questions' });
      evidence.push(await ask(question, connection.name, call));
    }
    return {
      headline: found?.title ?? playbook,
      target: connection.name,
      data: { playbook, steps: found?.steps ?? [], evidence },
      next: 'Go on with the steps over MCP, or the skill propose with what helps',
    };
  },
});

async function ask([tool, asked = {}]: Question, name: string, call: Call): Promise<object> {
  const given = tool.input.parse({ ...asked, target: name, limit: SHOWN_ENTRIES });
  const { isError, content, structuredContent } = await tool.reply(given, call);
  const said = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  return {
    tool: tool.name,
    asked,
    answer:
      isError === true
        ? null
        : ((structuredContent as { readonly untrusted?: unknown } | undefined)?.untrusted ?? null),
    refusal: isError === true ? said : null,
  };
}
