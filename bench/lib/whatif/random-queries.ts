import { quoteIdentifier, quoteLiteral } from '../../../packages/agent/src/kernel/index.ts';
import type { Random } from './random.ts';
import type { PoolColumn, ValuePool } from './value-pool.ts';

/** A random statement and the columns its conditions name. */
export interface RandomQuery {
  readonly sql: string;
  readonly conditions: readonly { readonly table: string; readonly column: PoolColumn }[];
}

interface Source {
  readonly table: string;
  readonly alias: string;
}

type Join = readonly [left: Source, right: Source, on: string];

const source = (table: string, alias: string): Source => ({ table, alias });

const JOINS: readonly Join[] = [
  [source('orders', 'o'), source('customers', 'c'), 'o.customer_id = c.id'],
  [source('order_items', 'i'), source('orders', 'o'), 'i.order_id = o.id'],
  [source('order_items', 'i'), source('products', 'p'), 'i.product_id = p.id'],
  [source('events', 'e'), source('customers', 'c'), 'e.user_id = c.id'],
  [source('documents', 'd'), source('customers', 'c'), 'd.owner_id = c.id'],
  [source('sessions', 's'), source('customers', 'c'), 's.user_id = c.id'],
  [source('bookings', 'b'), source('customers', 'c'), 'b.guest = c.id'],
  [source('sales', 'm'), source('customers', 'c'), 'm.customer_id = c.id'],
];

const WIDE = {
  from: 'order_items i join orders o on i.order_id = o.id join customers c on o.customer_id = c.id join products p on p.id = i.product_id',
  sources: [
    source('order_items', 'i'),
    source('orders', 'o'),
    source('customers', 'c'),
    source('products', 'p'),
  ],
};

/** Tables that random statements read alone. */
export const QUERIED_TABLES: readonly string[] = [
  'orders',
  'customers',
  'order_items',
  'products',
  'events',
  'sessions',
  'documents',
  'bookings',
  'accounts',
  'ledger',
  'readings',
  'sales',
  'Odd Tables',
];

/** Writes random statements; with parameters, each value is a `$n`. */
export function createQueryGenerator(
  pool: ValuePool,
  random: Random,
  { hasParameters = false }: { readonly hasParameters?: boolean } = {},
): { next(): RandomQuery } {
  return {
    next() {
      const conditions: { table: string; column: PoolColumn }[] = [];
      let parameters = 0;
      const value = (column: PoolColumn): string => {
        if (hasParameters) {
          parameters += 1;
          return `$${parameters}`;
        }
        return `${quoteLiteral(random.pick(column.values))}::${column.type}`;
      };
      const note = (table: string, column: PoolColumn): void => {
        conditions.push({ table, column });
      };
      const sql = statement({ pool, random, value, note });
      return { sql, conditions };
    },
  };
}

interface Writing {
  readonly pool: ValuePool;
  readonly random: Random;
  value(column: PoolColumn): string;
  note(table: string, column: PoolColumn): void;
}

function statement(writing: Writing): string {
  const { random } = writing;
  const { from, sources } = chooseFrom(writing);
  const where = random.chance(0.92) ? ` where ${conditions(writing, sources)}` : '';
  const base = `from ${from}${where}`;
  const column = (): string => sortableColumn(writing, sources);
  const kind = random.next();
  if (kind < 0.26) return `select * ${base}`;
  if (kind < 0.42) return `select count(*) ${base}`;
  if (kind < 0.57) {
    const having = random.chance(0.2) ? ' having count(*) > 10' : '';
    return `select ${column()}, count(*), max(${column()}) ${base} group by 1${having}`;
  }
  if (kind < 0.72) {
    const direction = random.pick(['', ' desc', ' desc nulls last']);
    const offset = random.chance(0.15) ? ' offset 50' : '';
    return `select * ${base} order by ${column()}${direction} limit ${random.pick([1, 10, 100, 1000])}${offset}`;
  }
  if (kind < 0.78) return `select distinct ${column()} as g1, ${column()} as g2 ${base}`;
  if (kind < 0.83) return `select min(${column()}) ${base}`;
  if (kind < 0.87)
    return `select ${column()}, row_number() over (partition by ${column()} order by ${column()}) ${base}`;
  if (kind < 0.9)
    return `with q as materialized (select ${column()} as g ${base}) select g, count(*) from q group by g`;
  if (kind < 0.93)
    return `select distinct on (${column()}) * ${base} order by 1`.replace('order by 1', 'limit 50');
  if (kind < 0.96)
    return `select count(*) ${base} union all select count(*) from (select ${column()} ${base} limit 7) x`;
  return `select ${column()}, ${column()}, sum(1) ${base} group by grouping sets ((1), (2), ())`;
}

function chooseFrom(writing: Writing): { readonly from: string; readonly sources: readonly Source[] } {
  const { random } = writing;
  const kind = random.next();
  if (kind < 0.5) {
    const table = random.pick(QUERIED_TABLES.filter((name) => writing.pool.has(name)));
    return { from: `${quoteIdentifier(table)} x`, sources: [source(table, 'x')] };
  }
  if (kind < 0.82) {
    const [left, right, on] = random.pick(JOINS);
    const join = random.pick(['join', 'left join', 'join', 'full join']);
    return {
      from: `${left.table} ${left.alias} ${join} ${right.table} ${right.alias} on ${on}`,
      sources: [left, right],
    };
  }
  return WIDE;
}

function conditions(writing: Writing, sources: readonly Source[]): string {
  const { random } = writing;
  const parts = Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, () => {
    const at = random.pick(sources);
    return random.chance(0.12) ? subquery(writing, at) : condition(writing, at);
  });
  return parts.join(random.chance(0.06) ? ' or ' : ' and ');
}

/** A condition on a related table; a plain one where there is none. */
function subquery(writing: Writing, at: Source): string {
  const { random } = writing;
  const related = JOINS.filter(([left, right]) => left.table === at.table || right.table === at.table);
  if (related.length === 0) return condition(writing, at);
  const [left, right, on] = random.pick(related);
  const isLeft = left.table === at.table;
  const inner = { table: isLeft ? right.table : left.table, alias: 'q' };
  const [a = '', b = ''] = on.split(' = ').map((side) => side.split('.')[1] ?? '');
  const [own, other] = isLeft ? [a, b] : [b, a];
  const where = condition(writing, inner);
  const kind = random.next();
  if (kind < 0.35)
    return `exists (select 1 from ${inner.table} q where q.${other} = ${at.alias}.${own} and ${where})`;
  if (kind < 0.6)
    return `not exists (select 1 from ${inner.table} q where q.${other} = ${at.alias}.${own} and ${where})`;
  if (kind < 0.85) return `${at.alias}.${own} in (select q.${other} from ${inner.table} q where ${where})`;
  return `${at.alias}.${own} = (select max(q.${other}) from ${inner.table} q where ${where})`;
}

function condition(writing: Writing, { table, alias }: Source): string {
  const { pool, random } = writing;
  const column = random.pick(pool.get(table) ?? []);
  writing.note(table, column);
  const name = `${alias}.${quoteIdentifier(column.name)}`;
  const value = (): string => writing.value(column);
  const kind = random.next();
  if (/json/.test(column.type)) return jsonCondition(writing, name);
  if (column.type === 'boolean') return kind < 0.5 ? name : `not ${name}`;
  if (/range$/.test(column.type)) return kind < 0.5 ? `${name} && ${value()}` : `${name} = ${value()}`;
  if (/^(tsvector)$/.test(column.type)) return `${name} is not null`;
  if (kind < 0.28) return `${name} = ${value()}`;
  if (kind < 0.4) return `${name} > ${value()}`;
  if (kind < 0.53) return `${name} <= ${value()}`;
  if (kind < 0.68) return `${name} between ${value()} and ${value()}`;
  if (kind < 0.8) return `${name} in (${value()}, ${value()}, ${value()}, ${value()})`;
  if (kind < 0.84) return `${name} is ${random.chance(0.5) ? 'not ' : ''}null`;
  if (kind < 0.88) return `${name} <> ${value()}`;
  if (kind < 0.92 && column.type === 'text') return `${name} like ${pattern(writing, column)}`;
  if (kind < 0.95) return `(${name} = ${value()} or ${name} > ${value()})`;
  return `(${name} < ${value()} or ${condition(writing, { table, alias })})`;
}

function jsonCondition({ random }: Writing, name: string): string {
  return random.pick([
    `${name} is not null`,
    `${name} @> '{"plan": "ent"}'`,
    `${name} @> '{"src": "web", "w": 5}'`,
    `${name} ->> 'page' = '/p/17'`,
    `(${name} ->> 'score')::int > 900`,
    `${name} ? 'coupon'`,
  ]);
}

/** A pattern is always a literal: the planner reads its fixed part. */
function pattern({ random }: Writing, column: PoolColumn): string {
  const text = random.pick(column.values);
  const part = text.slice(0, random.pick([2, 4, 6]));
  return quoteLiteral(random.pick([`${part}%`, `%${part}%`, `${part}%x`]));
}

function sortableColumn({ pool, random }: Writing, sources: readonly Source[]): string {
  const { table, alias } = random.pick(sources);
  const columns = (pool.get(table) ?? []).filter((column) => !/json|boolean|tsvector/.test(column.type));
  return `${alias}.${quoteIdentifier(random.pick(columns).name)}`;
}
