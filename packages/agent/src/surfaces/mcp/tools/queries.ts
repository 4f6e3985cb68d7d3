import * as z from 'zod';
import { QUERY_VIEW_ORDERS, readPlanRows, readQueries, readQuery } from '../../../app/index.ts';
import { countOf } from '../../../kernel/index.ts';
import { defineTool } from '../define-tool.ts';
import { rangeOf, target, targetOf, window } from '../inputs.ts';
import { event, finding, planNode, query } from '../outputs.ts';
import { planFor, textFor } from '../redact.ts';
import type { McpTarget, Tool } from '../types.ts';
import { findingsOf } from './health.ts';

const fingerprint = z
  .string()
  .regex(/^[0-9a-f]{1,32}$/)
  .describe('From top_queries or get_load');
const MOST_QUERIES = 2_000;

const plan = z.object({
  hash: z.string(),
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
  totalCost: z.number(),
  cause: z.string().nullable().describe('Why the plan before was left'),
  differences: z
    .array(z.object({ path: z.string(), before: z.string(), after: z.string() }))
    .describe('From the plan seen before it'),
  nodes: z.array(planNode),
});

/** Lists the statements that cost most. */
export const topQueries: Tool = defineTool({
  name: 'top_queries',
  title: 'Top queries',
  description: 'Statements of a window by a metric, each beside its mean in the same window a week before.',
  input: {
    target,
    window,
    metric: z.enum(QUERY_VIEW_ORDERS).default('total').describe('What to sort by'),
    search: z.string().max(300).optional().describe('Part of the text'),
  },
  output: {
    coveredMs: z.number().describe('Watched time of the window'),
    total: z.number(),
    queries: z.array(query),
  },
  list: 'queries',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const history = await source.store.target(one.connection.name);
    const { search } = given;
    const view = await readQueries(source.store, history, {
      range: rangeOf(source, given.window),
      order: given.metric,
      limit: MOST_QUERIES,
      ...(search === undefined ? {} : { search }),
    });
    return {
      headline: countOf(view.total, 'statement'),
      target: one.connection.name,
      data: { ...view, queries: view.rows },
      next: 'get_query with a fingerprint, explain_query with it for its plan',
    };
  },
});

/** Gives everything about one statement. */
export const getQuery: Tool = defineTool({
  name: 'get_query',
  title: 'One query',
  description:
    'One statement: figures, what it waits for and who calls it, its plans, changes around it, findings.',
  input: { target, window, fingerprint },
  output: {
    text: z.string().nullable(),
    summary: query.nullable().describe('Null when it did not run in the window'),
    load: z.array(
      z.object({
        dimension: z.string(),
        parts: z.array(z.object({ name: z.string(), activeSessions: z.number(), share: z.number() })),
      }),
    ),
    plans: z.array(plan),
    executions: z.array(z.object({ atMs: z.number(), durationMs: z.number(), hash: z.string() })),
    findings: z.array(finding),
    events: z.array(event),
  },
  list: 'plans',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const history = await source.store.target(one.connection.name);
    const { view: found } = await findingsOf(source, one);
    const view = await readQuery(source.store, history, {
      range: rangeOf(source, given.window),
      fingerprint: given.fingerprint,
      findings: [],
    });
    return {
      headline: view.summary === null ? 'It did not run in this window' : countOf(view.summary.calls, 'call'),
      target: one.connection.name,
      data: {
        ...view,
        load: view.load?.by ?? [],
        plans: plansFor(one, view.plans),
        findings: found.findings.filter(({ subject }) => subject === given.fingerprint),
        events: view.events.slice(-20),
      },
      next: 'explain_query with the fingerprint, what_if_index to try an index',
    };
  },
});

/** Compares the plans that a statement has had. */
export const comparePlans: Tool = defineTool({
  name: 'compare_plans',
  title: 'Plan changes',
  description:
    'Plans that a statement has had, the last first, each with its differences from the one before and why.',
  input: { target, fingerprint },
  output: { plans: z.array(plan) },
  list: 'plans',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const history = await source.store.target(one.connection.name);
    const plans = await readPlanRows(history, given.fingerprint, source.clock.now().getTime());
    return {
      headline: countOf(plans.length, 'plan'),
      target: one.connection.name,
      data: { plans: plansFor(one, plans) },
    };
  },
});

/** Takes the values out of plans. */
function plansFor(
  { settings }: McpTarget,
  plans: Awaited<ReturnType<typeof readPlanRows>>,
): readonly object[] {
  const redact = textFor(settings);
  return plans.map((one) => ({
    ...one,
    nodes: planFor(settings, one.nodes),
    differences: one.differences.map(({ path, before, after }) => {
      const isOfWords = before.includes('(') || after.includes('(');
      return { path, before: isOfWords ? redact(before) : before, after: isOfWords ? redact(after) : after };
    }),
  }));
}
