import * as z from 'zod';
import type { IndexDefinition, Plan, PlanNode } from '../../planner/index.ts';
import { measured, number, text, texts } from './parts.ts';

const words = (description: string): z.ZodNullable<z.ZodString> =>
  z.string().nullable().meta({ description });

const buffers = z
  .object({
    sharedHit: number('Found in shared buffers.'),
    sharedRead: number('Read from outside of them.'),
    sharedDirtied: number('Dirtied.'),
    sharedWritten: number('Written out.'),
    tempRead: number('Read from temporary files.'),
    tempWritten: number('Written to temporary files.'),
  })
  .nullable()
  .meta({ description: 'Blocks of 8 kB, the nodes below included; null when not measured.' });

/** A node of a plan with those below it. */
export const planNodeSchema: z.ZodType<PlanNode> = z
  .object({
    id: number('Position in the plan, depth first from 0.'),
    type: text('As EXPLAIN names it: Seq Scan, Nested Loop.'),
    joinType: words('Inner, Left, Anti; null when it is no join.'),
    strategy: words('Sorted, Hashed, Mixed; null when it has none.'),
    partialMode: words('Partial, Finalize; null elsewhere.'),
    relationship: words('Outer, Inner, SubPlan, InitPlan; null at the top.'),
    isBackward: z.boolean().meta({ description: 'Reads its index backward.' }),
    table: z
      .object({
        schema: words('Schema, where EXPLAIN tells it.'),
        name: text('Name.'),
        alias: text('Alias.'),
      })
      .nullable()
      .meta({ description: 'Table that it reads.' }),
    index: z
      .object({ name: text('Name.'), hypothesisId: measured('Null when the index exists.') })
      .nullable()
      .meta({ description: 'Index that it reads.' }),
    startupCost: number('Cost until the first row, in planner units.'),
    totalCost: number('Cost until the last row, the nodes below included.'),
    planRows: number('Rows estimated for one run.'),
    planWidthBytes: number('Bytes estimated for a row.'),
    actualRows: measured('Rows measured, average of its runs.'),
    loops: measured('How often it ran; 0 when it was never reached.'),
    actualMs: measured('Time of one run, the nodes below included.'),
    rowsRemovedByFilter: measured('Rows that its filter removed.'),
    rowsRemovedByRecheck: measured('Rows that the recheck removed.'),
    exactHeapBlocks: measured('Blocks of a bitmap kept exactly.'),
    lossyHeapBlocks: measured('Blocks of a bitmap kept as a whole.'),
    heapFetches: measured('Rows that an index-only scan fetched from the table.'),
    sortMethod: words('external merge, quicksort.'),
    spilledBytes: measured('Bytes that went to disk.'),
    hashBatches: measured('Batches of a hash; more than one went to disk.'),
    buffers,
    workersPlanned: measured('Parallel workers planned.'),
    workersLaunched: measured('Parallel workers launched.'),
    details: z
      .record(z.string(), z.union([z.string(), z.array(z.string()).readonly()]))
      .meta({ description: "Conditions and keys by EXPLAIN's own label." }),
    get children() {
      return z.array(planNodeSchema).readonly().meta({ description: 'Nodes that it reads from.' });
    },
  })
  .meta({
    id: 'PlanNode',
    description: 'A node of a plan; what only a run measures is null when it was not run.',
  });

/** A whole plan. */
export const planSchema: z.ZodType<Plan> = z
  .object({
    root: planNodeSchema,
    planningMs: measured('Time to plan.'),
    executionMs: measured('Time to run.'),
    settings: z
      .record(z.string(), z.string())
      .meta({ description: 'Planner settings that differ from their default.' }),
    jitMs: measured('Just-in-time compilation.'),
    triggers: z
      .array(z.object({ name: text('Name.'), calls: number('Calls.'), ms: number('Time.') }))
      .readonly()
      .meta({ description: 'Triggers that ran.' }),
  })
  .meta({ id: 'Plan', description: 'A plan; times are in milliseconds and null when it was not run.' });

const indexKey = z.object({
  on: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('column'), name: text('Column, unquoted.') }),
      z.object({ kind: z.literal('expression'), sql: text('Expression as SQL.') }),
    ])
    .meta({ description: 'What is indexed.' }),
  operatorClass: words('Null for the default.'),
  collation: words("Null for the column's."),
  isDescending: z.boolean().meta({ description: 'Whether it descends.' }),
  nullsFirst: z
    .boolean()
    .nullable()
    .meta({ description: 'Null for the default: last when ascending, first when descending.' }),
});

/** The definition of an index. */
export const indexDefinitionSchema: z.ZodType<IndexDefinition> = z
  .object({
    schema: text('Schema, unquoted.'),
    table: text('Table, unquoted.'),
    method: z
      .enum(['btree', 'hash', 'gin', 'gist', 'spgist', 'brin'])
      .meta({ description: 'Access method.' }),
    keys: z.array(indexKey).readonly().meta({ description: 'Keys in their order.' }),
    include: texts('Columns of INCLUDE.'),
    predicate: words('Predicate of a partial index as SQL.'),
    isUnique: z.boolean().meta({ description: 'Whether it is unique.' }),
    options: z.record(z.string(), z.string()).meta({ description: 'Storage parameters.' }),
  })
  .meta({ id: 'IndexDefinition', description: 'An index; names are as PostgreSQL stores them.' });
