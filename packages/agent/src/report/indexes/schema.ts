import * as z from 'zod';
import type { AdvisedMatview, IndexAdvice } from '../../advise/index.ts';
import {
  gapSchema,
  measured,
  number,
  proposalSchema,
  selfLoadSchema,
  targetSchema,
  text,
  texts,
} from '../json/parts.ts';
import { indexDefinitionSchema, planNodeSchema } from '../json/plan-schema.ts';
import type { IndexReport } from './types.ts';

const advisedIndex = z.object({
  name: text('Name that the migration gives it.'),
  definition: indexDefinitionSchema,
  sizeBytes: number('Predicted size.'),
  benefitCost: number('Weighted cost that the workload would gain again without it.'),
  writeCost: number('Weighted cost of keeping it up to date.'),
  statements: texts('Ids of the statements whose plan uses it.'),
  why: text('What it is for.'),
});

const existingIndex = z.object({
  schema: text('Schema, unquoted.'),
  name: text('Name, unquoted.'),
  definition: indexDefinitionSchema.nullable().meta({ description: 'Null when it cannot be expressed.' }),
  sizeBytes: number('Its size.'),
  isProtected: z.boolean().meta({ description: 'Whether it must stay.' }),
  protection: z.string().nullable().meta({ description: 'Why it must stay.' }),
  scans: measured('Scans; null when they are not counted.'),
  ddl: text('Complete CREATE INDEX.'),
});

const drop = z.object({
  index: existingIndex,
  table: z.object({ schema: text('Schema, unquoted.'), name: text('Name, unquoted.') }),
  coveredBy: z.string().nullable().meta({ description: 'Index that takes its place.' }),
  countedMs: measured('Time in which its scans were counted; null when unknown.'),
  why: text('Why it can go.'),
});

const statement = z.object({
  id: text('Query id or file.'),
  sql: text('The statement.'),
  weight: number('How much one run of it counts.'),
  calls: measured('Calls counted; null for statements of a file.'),
  beforeCost: number('Planned cost of one run as it is.'),
  afterCost: number('Planned cost of one run with the advice.'),
  beforePlan: planNodeSchema,
  afterPlan: planNodeSchema,
  indexes: texts('Names of the advised indexes that its plan uses.'),
});

const advice: z.ZodType<IndexAdvice> = z
  .object({
    status: z
      .enum(['converged', 'time-limit', 'call-limit'])
      .meta({ description: 'Whether the search ended by itself or was cut off.' }),
    baseCost: number('Weighted cost of the workload as it is.'),
    cost: number('Weighted cost with the advice.'),
    boundCost: measured('Cost below which no set of the candidates can come; null when not proved.'),
    indexes: z.array(advisedIndex).readonly().meta({ description: 'Indexes to create.' }),
    drops: z.array(drop).readonly().meta({ description: 'Indexes to drop.' }),
    statements: z.array(statement).readonly().meta({ description: 'Each statement before and after.' }),
    skipped: z
      .array(z.object({ id: text('Query id or file.'), sql: text('The statement.'), reason: text('Why.') }))
      .readonly()
      .meta({ description: 'Statements that could not be planned.' }),
    frontier: z
      .array(
        z.object({
          sizeBytes: number('Size of the set.'),
          relativeCost: number('Cost of the workload with it; 1 is without any.'),
          indexes: texts('create index statements.'),
        }),
      )
      .readonly()
      .meta({ description: 'Benefit against size.' }),
    candidates: number('Indexes considered.'),
    calls: number('Plans made.'),
    durationMs: number('How long the search took.'),
  })
  .meta({ description: 'The best set found.' });

const matview: z.ZodType<AdvisedMatview> = z.object({
  schema: text('Schema, unquoted.'),
  name: text('Name, unquoted.'),
  definition: text('Its query.'),
  keyColumns: texts('Columns of its unique index.'),
  rows: number('Rows expected.'),
  sizeBytes: number('Predicted size.'),
  refreshCost: number('Planned cost of one refresh.'),
  statements: z
    .array(
      z.object({
        id: text('Query id or file.'),
        sql: text('The statement.'),
        rewritten: text('The statement as it reads the view.'),
        beforeCost: number('Planned cost of one run with the advised indexes.'),
        afterCost: number('Planned cost of one run with the view.'),
        calls: measured('Calls counted.'),
      }),
    )
    .readonly()
    .meta({ description: 'Statements that would read it.' }),
  refreshEveryMs: measured('Shortest time between refreshes that still pays three times.'),
  readsPerRefresh: number('Reads after which a refresh is paid three times over.'),
});

/** Schema of `indexes --json`, `pgsteward/indexes@1`; the published JSON schema is generated from it. */
export const indexesSchema: z.ZodType<IndexReport> = z
  .object({
    schema: z.literal('pgsteward/indexes@1').meta({ description: 'Name and version of this format.' }),
    target: targetSchema,
    startedAt: text('When it began: ISO 8601, UTC.'),
    durationMs: number('How long it took, in milliseconds.'),
    selfLoad: selfLoadSchema,
    planner: z
      .object({
        provider: z.enum(['shadow', 'hypopg']).meta({ description: 'A shadow, or hypopg on the target.' }),
        serverVersion: text('Its version of PostgreSQL.'),
      })
      .meta({ description: 'Whose planner answered.' }),
    workload: z
      .object({
        statements: number('Statements planned.'),
        skipped: number('Statements left out.'),
        sources: texts('pg_stat_statements, names of files.'),
        weights: z.enum(['time', 'calls', 'equal']).meta({
          description: 'What a statement counts: measured time, calls times planned cost, or each the same.',
        }),
      })
      .meta({ description: 'Where the statements came from.' }),
    limits: z
      .object({
        storageBudgetBytes: measured('Storage for new indexes; null for no limit.'),
        maximumIndexes: measured('Most new indexes; null for no limit.'),
        maximumWidth: number('Most key columns of an index.'),
        excludedTables: texts('Tables left alone, schema.name.'),
        writeOverheadRatio: measured('Share of the savings that writes may cost; null for no limit.'),
        timeLimitMs: number('Time for the search.'),
      })
      .meta({ description: 'Limits that held.' }),
    advice,
    matviews: z.array(matview).readonly().meta({ description: 'Aggregates worth storing.' }),
    proposals: z
      .array(proposalSchema)
      .readonly()
      .meta({ description: 'Indexes to create, to drop, statistics and materialized views, in this order.' }),
    unavailable: z.array(gapSchema).readonly().meta({ description: 'What could not be looked at, and why.' }),
  })
  .meta({ title: 'pgsteward indexes', description: 'Result of pgsteward indexes --json.' });

/** Gives the JSON schema of `indexes --json` (draft 2020-12), as published in the reference; later fields may be added. */
export function indexesJsonSchema(): object {
  return z.toJSONSchema(indexesSchema, { io: 'input' });
}
