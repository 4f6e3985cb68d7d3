import * as z from 'zod';
import { APP_ERRORS, MCP_SETTINGS, requireReader, runExplain, runReadQuery } from '../../../app/index.ts';
import { countOf, failure, PgstewardError, silentProgress } from '../../../kernel/index.ts';
import { defineTool } from '../define-tool.ts';
import { sql, target, targetOf } from '../inputs.ts';
import { finding, planNode, unavailable } from '../outputs.ts';
import { planRowsFor } from '../redact.ts';
import type { Call, McpTarget, Tool } from '../types.ts';

const statement = sql.describe('SQL of one statement, or a fingerprint from top_queries, or a query id');
const withIndexes = z
  .array(sql.max(2_000))
  .max(10)
  .default([])
  .describe('"create index on schema.table (column)": supposed, never built');
const withoutIndexes = z
  .array(z.string().max(300))
  .max(10)
  .default([])
  .describe('schema.name of existing indexes taken to be dropped');
const VALUE_LENGTH = 2_000;
const MOST_STATEMENTS = 5;

const supposed = z.object({ sql: z.string(), sizeBytes: z.number(), isUsed: z.boolean() });

/** Explains one statement. */
export const explainQuery: Tool = defineTool({
  name: 'explain_query',
  title: 'Explain',
  description:
    'The plan of one statement, its problems, cheaper rewrites, and what indexes would change. Runs nothing unless `analyze`: then in a read-only transaction of the reading role that is rolled back.',
  input: {
    target,
    statement,
    values: z.array(z.string().max(10_000)).max(100).default([]).describe('Values of $1, $2 …'),
    analyze: z.boolean().default(false).describe('Run it and measure'),
    withIndexes,
    withoutIndexes,
  },
  output: {
    isAnalyzed: z.boolean(),
    plan: z.array(planNode),
    findings: z.array(finding.pick({ id: true, severity: true, title: true, remedy: true })),
    rewrites: z.array(z.object({ rule: z.string(), sql: z.string() })),
    whatIf: z
      .object({
        indexes: z.array(supposed),
        beforeCost: z.number(),
        afterCost: z.number(),
        planner: z.string(),
        plan: z.array(planNode),
      })
      .nullable(),
    unavailable: z.array(unavailable),
  },
  list: 'plan',
  async run(given, call) {
    const one = targetOf(call.source, given.target);
    const { settings } = one;
    if (given.analyze) await requireReader(one.connection, { settings, signal: call.signal });
    const report = await explain(given, one, call);
    const { whatIf } = report;
    return {
      headline: `Cost ${Math.round(report.plan.root.totalCost)}${whatIf === null ? '' : `, with what is supposed ${Math.round(whatIf.afterCost)}`}`,
      target: one.connection.name,
      data: {
        ...report,
        plan: planRowsFor(settings, report.plan),
        rewrites: report.rewrites.map((rewrite) => ({ rule: rewrite.rule, sql: rewrite.sql })),
        whatIf:
          whatIf === null
            ? null
            : {
                ...whatIf,
                planner: `${whatIf.planner.provider} ${whatIf.planner.serverVersion}`,
                plan: planRowsFor(settings, whatIf.plan),
              },
      },
      next: 'propose_change with what helps',
    };
  },
});

/** Tries indexes on several statements. */
export const whatIfIndex: Tool = defineTool({
  name: 'what_if_index',
  title: 'What-if indexes',
  description:
    'Costs of statements with indexes that are only supposed, or without existing ones: planned in a data-free copy, nothing is built.',
  input: {
    target,
    statements: z.array(statement).min(1).max(MOST_STATEMENTS),
    withIndexes,
    withoutIndexes,
  },
  output: {
    results: z.array(
      z.object({
        statement: z.string(),
        beforeCost: z.number().nullable(),
        afterCost: z.number().nullable(),
        indexes: z.array(supposed),
        refusal: z.string().nullable(),
      }),
    ),
  },
  list: 'results',
  async run(given, call) {
    const one = targetOf(call.source, given.target);
    if (given.withIndexes.length + given.withoutIndexes.length === 0) {
      throw failure(APP_ERRORS.USAGE, { reason: 'no index is supposed or taken away', command: 'mcp' });
    }
    const results = [];
    for (const each of given.statements) {
      results.push(await tryOn(each, { ...given, values: [], analyze: false }, one, call));
    }
    const better = results.filter(({ beforeCost, afterCost }) => (afterCost ?? 0) < (beforeCost ?? 0));
    return {
      headline: `${countOf(better.length, 'statement')} of ${results.length} would be cheaper`,
      target: one.connection.name,
      data: { results },
      next: 'propose_change with the create index statement',
    };
  },
});

/** Runs a statement of the model's own. */
export const runReadQueryTool: Tool = defineTool({
  name: 'run_read_query',
  title: 'Read query',
  description:
    'Rows of one SELECT, VALUES, WITH or TABLE statement, any function included. PostgreSQL enforces that it only reads: reading role, read-only transaction, timeout; rolled back.',
  input: { target, sql },
  output: {
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string().nullable())).describe('Values as PostgreSQL writes them'),
    hasMoreRows: z.boolean(),
  },
  list: 'rows',
  async run(given, { source, signal }) {
    const { connection, settings } = targetOf(source, given.target);
    const maximumRows = settings.get(MCP_SETTINGS.queryRows);
    const read = await runReadQuery(connection, given.sql, { settings, signal, maximumRows });
    const short = (value: string | null): string | null =>
      value !== null && value.length > VALUE_LENGTH ? `${value.slice(0, VALUE_LENGTH)}…` : value;
    return {
      headline: `${countOf(read.rows.length, 'row')}${read.hasMore ? ', there are more: use limit and order by' : ''}`,
      target: connection.name,
      data: { ...read, hasMoreRows: read.hasMore, rows: read.rows.map((row) => row.map(short)) },
    };
  },
});

interface Explaining {
  readonly statement: string;
  readonly values: readonly string[];
  readonly analyze: boolean;
  readonly withIndexes: readonly string[];
  readonly withoutIndexes: readonly string[];
}

async function explain(
  given: Explaining,
  { connection, settings }: McpTarget,
  { source, signal }: Call,
): ReturnType<typeof runExplain> {
  return runExplain(
    { target: connection },
    {
      statement: await textOf(given.statement, source.store),
      values: given.values,
      isAnalyzed: given.analyze,
      isGuarded: true,
      timeoutMs: settings.get(MCP_SETTINGS.queryTimeoutMs),
      withIndexes: given.withIndexes,
      withoutIndexes: given.withoutIndexes,
      provider: 'shadow',
      isVerified: false,
      settings,
      clock: source.clock,
      onProgress: silentProgress,
      signal,
    },
  );
}

async function tryOn(one: string, given: Omit<Explaining, 'statement'>, at: McpTarget, call: Call) {
  try {
    const { whatIf } = await explain({ ...given, statement: one }, at, call);
    const { beforeCost = null, afterCost = null, indexes = [] } = whatIf ?? {};
    return { statement: one, beforeCost, afterCost, indexes, refusal: null };
  } catch (error) {
    if (!(error instanceof PgstewardError) || error.code !== 'APP.EXPLAIN') throw error;
    return { statement: one, beforeCost: null, afterCost: null, indexes: [], refusal: error.message };
  }
}

/** Gives the text of a statement that is known by its fingerprint. @throws APP.EXPLAIN */
async function textOf(given: string, store: Call['source']['store']): Promise<string> {
  if (!/^[0-9a-f]{16}$/.test(given.trim())) return given;
  const text = (await store.statementTexts([given.trim()])).get(given.trim());
  if (text !== undefined || /^\d+$/.test(given.trim())) return text ?? given;
  const reason = 'no statement of the history has this fingerprint';
  throw failure(APP_ERRORS.EXPLAIN, { reason, why: 'Nothing was planned', remedy: 'see top_queries' });
}
