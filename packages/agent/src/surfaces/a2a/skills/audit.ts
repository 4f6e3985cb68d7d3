import * as z from 'zod';
import { runAudit, viewAudit } from '../../../app/index.ts';
import { countOf } from '../../../kernel/index.ts';
import {
  type Call,
  defineTool,
  event,
  finding,
  findingsOf,
  type McpTarget,
  NO_LOOK,
  objective,
  type Tool,
  target,
  targetOf,
  unavailable,
} from '../../mcp/index.ts';

/** Gives findings and what would mend them, as last looked or looking anew. */
export const audit: Tool = defineTool({
  name: 'audit',
  title: 'Audit',
  description:
    'Findings with evidence and remedies as SQL with its undo, objectives, and what could not be checked: of the last whole look, or with `fresh` of one made now, which takes longer and tells its progress.',
  input: { target, fresh: z.boolean().default(false).describe('Look now, with the reading role') },
  output: {
    takenAtMs: z.number().nullable(),
    findings: z.array(finding),
    objectives: z.array(objective),
    unavailable: z.array(unavailable),
    changes: z.array(event).describe('Findings that came and went in the last week'),
  },
  list: 'findings',
  async run(given, call) {
    const one = targetOf(call.source, given.target);
    const view = given.fresh ? await lookNow(one, call) : (await findingsOf(call.source, one)).view;
    return {
      headline: view.takenAtMs === null ? NO_LOOK : countOf(view.findings.length, 'finding'),
      target: one.connection.name,
      data: { ...view, changes: view.changes.slice(-20) },
      next: 'The skill propose with the SQL of a remedy',
    };
  },
});

async function lookNow({ connection, settings }: McpTarget, { source, signal, onProgress }: Call) {
  const { store, clock } = source;
  const { report } = await runAudit(connection, { settings, clock, signal, onProgress });
  return viewAudit(store, report, { settings, nowMs: clock.now().getTime() });
}
