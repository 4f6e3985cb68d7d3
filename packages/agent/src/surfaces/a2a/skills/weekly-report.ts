import * as z from 'zod';
import { readActions, readQueries } from '../../../app/index.ts';
import { countOf } from '../../../kernel/index.ts';
import {
  action,
  countsOf,
  defineTool,
  event,
  findingsOf,
  objective,
  query,
  type Tool,
  target,
  targetOf,
} from '../../mcp/index.ts';

const WEEK_MS = 7 * 86_400_000;
const SHOWN_STATEMENTS = 10;

/** Says what changed in a week. */
export const weeklyReport: Tool = defineTool({
  name: 'weekly_report',
  title: 'Weekly report',
  description:
    'The last 7 days of a target: where its objectives stand, findings that came and went, changes with their verdicts, and the statements that cost most or grew slower beside the week before.',
  input: { target },
  output: {
    fromMs: z.number(),
    toMs: z.number(),
    coveredMs: z.number().describe('Watched time of the week'),
    objectives: z.array(objective),
    findings: z.object({ critical: z.number(), warning: z.number(), info: z.number() }).describe('Open now'),
    changes: z.array(event).describe('Findings that came (opened) and went (closed), the last first'),
    actions: z.array(action).describe('What was proposed, decided or done, the last first'),
    costly: z.array(query),
    slower: z.array(query),
  },
  list: 'changes',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const { name } = one.connection;
    const toMs = source.clock.now().getTime();
    const range = { fromMs: toMs - WEEK_MS, toMs };
    const history = await source.store.target(name);
    const asked = { range, limit: SHOWN_STATEMENTS };
    const [{ view }, acted, costly, slower] = await Promise.all([
      findingsOf(source, one),
      readActions({ ...source, settings: one.settings }, name),
      readQueries(source.store, history, { ...asked, order: 'total' }),
      readQueries(source.store, history, { ...asked, order: 'regressed' }),
    ]);
    const actions = acted.actions.filter(({ changedAtMs }) => changedAtMs >= range.fromMs);
    return {
      headline: `${countOf(view.changes.length, 'change')} of findings, ${countOf(actions.length, 'action')}`,
      target: name,
      data: {
        ...range,
        coveredMs: costly.coveredMs,
        objectives: view.objectives,
        findings: countsOf(view.findings),
        changes: view.changes.toReversed(),
        actions,
        costly: costly.rows,
        slower: slower.rows.filter(({ meanMs, meanMsLastWeek }) => meanMs > (meanMsLastWeek ?? meanMs)),
      },
      next: 'The skill audit for what is open now',
    };
  },
});
