import { quoteIdentifier, quoteLiteral } from '../../../packages/agent/src/kernel/index.ts';
import type { IndexDefinition, IndexKey } from '../../../packages/agent/src/planner/index.ts';
import type { Random } from './random.ts';
import type { RandomQuery } from './random-queries.ts';
import type { PoolColumn, ValuePool } from './value-pool.ts';

/** Types that a btree takes and that people index. */
const isKeyType = ({ type }: PoolColumn): boolean => !/json|\[\]$|boolean|tsvector|range$/.test(type);

/**
 * Writes a random btree of one to three columns that a statement's conditions name, sometimes with another column, INCLUDE,
 * another direction or a predicate.
 * @returns null when the statement has no condition on a column that a btree takes
 */
export function randomIndex(query: RandomQuery, pool: ValuePool, random: Random): IndexDefinition | null {
  const usable = query.conditions.filter(({ column }) => isKeyType(column));
  if (usable.length === 0) return null;
  const { table } = random.pick(usable);
  const all = pool.get(table) ?? [];
  const names = usable.filter((one) => one.table === table).map((one) => one.column.name);
  if (random.chance(0.3)) names.push(random.pick(all.filter(isKeyType)).name);
  const keys = [...new Set(names)].slice(0, 3);
  const others = all.filter(
    ({ name, type }) => !keys.includes(name) && !/json|tsvector|\[\]$/.test(type) && name !== 'body',
  );
  return {
    schema: 'public',
    table,
    method: 'btree',
    keys: keys.map((name) => key(name, random)),
    include: random.chance(0.15) && others.length > 0 ? [random.pick(others).name] : [],
    predicate: random.chance(0.2) ? predicate(all.filter(isKeyType), random) : null,
    isUnique: false,
    options: random.chance(0.05) ? { fillfactor: '70' } : {},
  };
}

function key(name: string, random: Random): IndexKey {
  return {
    on: { kind: 'column', name },
    operatorClass: null,
    collation: null,
    isDescending: random.chance(0.15),
    nullsFirst: null,
  };
}

function predicate(columns: readonly PoolColumn[], random: Random): string {
  const { name, type, values } = random.pick(columns);
  const operator = random.pick(['>', '=', '<=', 'is not null']);
  if (operator === 'is not null') return `${quoteIdentifier(name)} is not null`;
  return `${quoteIdentifier(name)} ${operator} ${quoteLiteral(random.pick(values))}::${type}`;
}
