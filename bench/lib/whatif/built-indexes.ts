import type pg from 'pg';
import { quoteQualified } from '../../../packages/agent/src/kernel/index.ts';
import {
  createIndexSql,
  type IndexDefinition,
  type Plan,
  type PlannableStatement,
  readIndexDefinition,
  readPlan,
} from '../../../packages/agent/src/planner/index.ts';
import type { Explainer } from './explain.ts';
import { literal } from './explain.ts';
import { FURTHER, HAND_WRITTEN } from './hand-written.ts';
import { createRandom } from './random.ts';
import { randomIndex } from './random-indexes.ts';
import { createQueryGenerator } from './random-queries.ts';
import type { ValuePool } from './value-pool.ts';

/** Indexes that were really built for a statement, and what the planner made of them. */
export interface BuiltCase {
  readonly isRandom: boolean;
  readonly statement: PlannableStatement;
  readonly definitions: readonly IndexDefinition[];
  readonly before: Plan;
  /** Its indexes carry hypothesis ids from 1 on, by position. */
  readonly after: Plan;
  /** Bytes of each index, of a partitioned table's over all partitions. */
  readonly sizes: readonly number[];
}

const NAME = 'bench_index_';

/** Builds each hand-written case's indexes, one case after the other. */
export async function buildHandWritten(client: pg.Client, real: Explainer): Promise<readonly BuiltCase[]> {
  const cases: BuiltCase[] = [];
  for (const { sql, indexes } of [...HAND_WRITTEN, ...FURTHER]) {
    const definitions = indexes.flatMap((text) => readIndexDefinition(text) ?? []);
    if (definitions.length === 0) continue;
    const built = await build(client, real, { isRandom: false, statement: literal(sql), definitions });
    if (built !== null) cases.push(built);
  }
  return cases;
}

/** Builds random btrees for random statements, no index twice; those that PostgreSQL refuses are passed over. */
export async function buildRandom(
  client: pg.Client,
  real: Explainer,
  options: { readonly pool: ValuePool; readonly count: number; readonly seed: number },
): Promise<readonly BuiltCase[]> {
  const { pool, count, seed } = options;
  const random = createRandom(seed);
  const generator = createQueryGenerator(pool, random);
  const seen = new Set<string>();
  const cases: BuiltCase[] = [];
  while (cases.length < count) {
    const query = generator.next();
    const definition = randomIndex(query, pool, random);
    if (definition === null) continue;
    const key = createIndexSql(definition, { name: null, isConcurrent: false });
    if (seen.has(key)) continue;
    seen.add(key);
    const built = await build(client, real, {
      isRandom: true,
      statement: literal(query.sql),
      definitions: [definition],
    });
    if (built !== null) cases.push(built);
  }
  return cases;
}

async function build(
  client: pg.Client,
  real: Explainer,
  wanted: Pick<BuiltCase, 'isRandom' | 'statement' | 'definitions'>,
): Promise<BuiltCase | null> {
  const before = await real.explain(wanted.statement);
  if (!before.ok) return null;
  const names = wanted.definitions.map((_, index) => `${NAME}${index}`);
  try {
    await client.query('begin');
    for (const [index, definition] of wanted.definitions.entries()) {
      await client.query(createIndexSql(definition, { name: names[index] ?? null, isConcurrent: false }));
      if (!hasExpression(definition)) continue;
      // Of an expression the planner knows nothing until the next analyze, which autovacuum runs soon after.
      await client.query(`analyze ${quoteQualified(definition.schema, definition.table)}`);
    }
    const parts = await partsOf(client, names);
    const after = await real.explain(wanted.statement);
    if (!after.ok) return null;
    const index = (name: string): { name: string; hypothesisId: number | null } => ({
      name,
      hypothesisId: parts.get(name)?.position ?? null,
    });
    return {
      ...wanted,
      before: readPlan(before.json),
      after: readPlan(after.json, { index }),
      sizes: names.map((_, position) =>
        [...parts.values()].reduce((sum, part) => sum + (part.position === position + 1 ? part.bytes : 0), 0),
      ),
    };
  } catch {
    return null;
  } finally {
    await client.query('rollback');
  }
}

function hasExpression({ keys }: IndexDefinition): boolean {
  return keys.some(({ on }) => on.kind === 'expression');
}

/** Indexes and their parts on partitions, by name. */
async function partsOf(
  client: pg.Client,
  names: readonly string[],
): Promise<ReadonlyMap<string, { readonly position: number; readonly bytes: number }>> {
  const { rows } = await client.query<{ name: string; position: number; bytes: string }>(
    `with recursive parts (position, oid) as (
       select o::int, n::regclass::oid from unnest($1::text[]) with ordinality u (n, o)
       union all select parts.position, i.inhrelid from pg_inherits i join parts on i.inhparent = parts.oid)
     select c.relname::text as name, position, pg_relation_size(c.oid)::text as bytes
     from parts join pg_class c on c.oid = parts.oid`,
    [names],
  );
  return new Map(rows.map(({ name, position, bytes }) => [name, { position, bytes: Number(bytes) }]));
}
