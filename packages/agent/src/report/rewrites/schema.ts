import * as z from 'zod';
import { gapSchema, measured, number, targetSchema, text, texts } from '../json/parts.ts';
import type { AdvisedRewrite, QueryAdviceReport } from './types.ts';

const compared = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('same'), rowsCount: number('Rows that both gave.') }),
  z.object({
    kind: z.literal('different'),
    originalRowsCount: number('Rows of the original.'),
    rewrittenRowsCount: number('Rows of the rewritten statement.'),
    what: z.enum(['columns', 'rows', 'order']).meta({ description: 'What differs first.' }),
    onlyOriginal: texts('Some rows that only the original gives, or gives more often.'),
    onlyRewritten: texts('Some rows that only the rewritten statement gives, or gives more often.'),
  }),
  z.object({
    kind: z.literal('failed'),
    statement: z.enum(['original', 'rewritten']).meta({ description: 'Which of the two could not be run.' }),
    reason: text("PostgreSQL's reason."),
  }),
]);

const check = z
  .object({
    label: z
      .enum(['same result on this data', 'different', 'not compared'])
      .meta({ description: 'What running both showed; it is no proof for other data.' }),
    reason: z.string().nullable().meta({ description: 'Why it was not compared.' }),
    runs: z
      .array(
        z.object({
          values: z
            .array(z.string().nullable())
            .readonly()
            .meta({ description: 'Values of $1, $2 … as text.' }),
          compared,
        }),
      )
      .readonly()
      .meta({ description: 'Each run of both.' }),
  })
  .nullable()
  .meta({ description: 'The rewritten statement run beside the original; null when it was not asked for.' });

/** A rewrite with its costs, without the check. */
const triedRewrite = z.object({
  rule: z.templateLiteral(['rewrite/', z.string()]).meta({ description: 'The rule that found it.' }),
  title: text('What the rule does.'),
  source: text('Source of the rule.'),
  isOneForMany: z.boolean().meta({ description: 'Whether one call of it does the work of many.' }),
  sql: text('The whole statement, rewritten.'),
  exactness: z.enum(['exact', 'conditional', 'interface']).meta({
    description:
      'exact: the same result under the constraints; conditional: also needs the conditions, which nothing enforces; interface: other parameters or rows, so the application changes.',
  }),
  constraints: texts('Constraints of the database that it rests on.'),
  conditions: texts('What must hold beside them.'),
  changes: text('What is different.'),
  why: text('Why PostgreSQL plans it better.'),
  verdict: z
    .enum(['cheaper', 'not-cheaper', 'not-comparable', 'refused'])
    .meta({ description: 'What the planner thinks of it.' }),
  beforeCost: measured('Planned cost of one call as it is; null when unknown or not comparable.'),
  afterCost: measured('Planned cost of one call rewritten.'),
  refusal: z.string().nullable().meta({ description: "PostgreSQL's reason for refusing it." }),
});

/** A rewrite as `explain` and `queries --advice` give it. */
export const rewriteSchema: z.ZodType<AdvisedRewrite> = triedRewrite
  .extend({ check })
  .meta({ id: 'Rewrite', description: 'A statement that may stand in the place of another.' });

/** Schema of `queries --advice --json`, `pgsteward/queries-advice@1`; the published JSON schema is generated from it. */
export const queryAdviceSchema: z.ZodType<QueryAdviceReport> = z
  .object({
    schema: z.literal('pgsteward/queries-advice@1').meta({ description: 'Name and version of this format.' }),
    target: targetSchema,
    startedAt: text('When it began: ISO 8601, UTC.'),
    durationMs: number('How long it took, in milliseconds.'),
    planner: z
      .object({
        provider: z.enum(['shadow', 'hypopg']).meta({ description: 'Whose planner answered.' }),
        serverVersion: text('Its version of PostgreSQL.'),
      })
      .meta({ description: 'Whose planner answered.' }),
    isChecked: z.boolean().meta({ description: 'Whether rewrites were run beside the originals.' }),
    statementsCount: number('Statements looked at.'),
    statements: z
      .array(
        z.object({
          id: text('Query id or file.'),
          sql: text('The statement.'),
          calls: measured('Calls counted; null for statements of a file.'),
          totalMs: measured('Their time; null for statements of a file.'),
          rewrites: z.array(rewriteSchema).readonly().meta({ description: 'What may stand in its place.' }),
        }),
      )
      .readonly()
      .meta({ description: 'Statements that a rule rewrites, the longest total time first.' }),
    unavailable: z.array(gapSchema).readonly().meta({ description: 'What could not be looked at, and why.' }),
  })
  .meta({ title: 'pgsteward queries --advice', description: 'Result of pgsteward queries --advice --json.' });

/** Gives the JSON schema of `queries --advice --json` (draft 2020-12), as published in the reference; later fields may be added. */
export function queryAdviceJsonSchema(): object {
  return z.toJSONSchema(queryAdviceSchema, { io: 'input' });
}
