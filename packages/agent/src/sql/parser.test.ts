import { beforeAll, describe, expect, it } from 'vitest';
import { isParserLoaded, loadParser, parseStatement } from './parser.ts';
import type { ParsedStatement, Predicate } from './types.ts';

function parsed(text: string): ParsedStatement {
  const statement = parseStatement(text);
  if (statement === null) throw new Error(`not parsed: ${text}`);
  return statement;
}

const predicates = (condition: string): readonly Predicate[] =>
  parsed(`select * from t where ${condition}`).predicates;

describe('parseStatement', () => {
  it('gives nothing before the parser is loaded', () => {
    expect(isParserLoaded()).toBe(false);
    expect(parseStatement('select 1')).toBeNull();
  });
});

describe('parseStatement, loaded', () => {
  beforeAll(loadParser);

  it.each([
    null,
    '',
    '<insufficient privilege>',
    'select * from t where',
    "select '",
    'select 1; select 2',
    '-- x',
  ])('gives nothing for %j', (text) => {
    expect(parseStatement(text)).toBeNull();
  });

  it('survives deep nesting', () => {
    expect(parseStatement(`select ${'('.repeat(1_900)}1${')'.repeat(1_900)}`)).not.toBeNull();
    expect(parseStatement(`select * from t where ${'a = 1 or '.repeat(400)}a = 2`)).not.toBeNull();
    expect(parseStatement(`select * from t where ${'not '.repeat(900)}a`)).not.toBeNull();
  });

  it('tells tables read and written apart, and leaves CTEs out', () => {
    const statement = parsed(`with moved as (delete from "odd""name" using s.b where b.id = 1 returning *)
      insert into archive select * from moved join c on true`);
    const names = (tables: ParsedStatement['reads']) => tables.map((table) => table.name).toSorted();
    expect(statement.kind).toBe('insert');
    expect(names(statement.reads)).toEqual(['b', 'c']);
    expect(names(statement.writes)).toEqual(['archive', 'odd"name']);
    expect(parsed('copy t from stdin')).toMatchObject({ kind: 'copy', writes: [{ name: 't' }], reads: [] });
    expect(parsed('copy t to stdout')).toMatchObject({ kind: 'copy', writes: [], reads: [{ name: 't' }] });
    expect(parsed('vacuum t').kind).toBe('utility');
  });

  it('knows grouping, aggregates, windows, locks and offsets', () => {
    expect(parsed('select count(*) from t').isAggregate).toBe(true);
    expect(parsed('with m as (select a from t group by a) select * from m').isAggregate).toBe(true);
    expect(parsed('select count(*) over () from t').isAggregate).toBe(false);
    expect(parsed('select * from t for update').isLocking).toBe(true);
    expect(parsed('select * from t offset $1').hasOffset).toBe(true);
    expect(parsed('select lower(a), b from t where c = $1 limit 1').isPlainRead).toBe(true);
    for (const text of [
      'select max(a) from t',
      'select * from t, u',
      'select * from t where a in (select b from u)',
      'select count(*) over () from t',
      'select * from (select 1) x',
    ]) {
      expect(parsed(text).isPlainRead, text).toBe(false);
    }
  });
});

describe('comparisons', () => {
  beforeAll(loadParser);

  it('reads comparisons either way round', () => {
    const column = { name: 'a', tables: [{ schema: null, name: 't' }] };
    expect(predicates('a = $1 and $2 < b')).toMatchObject([
      { kind: 'comparison', operator: '=', operand: { column, shape: null } },
      { operator: '>', operand: { column: { name: 'b' } } },
    ]);
    expect(predicates('a in ($1, $2) and b = any($3) and c between $4 and $5')).toMatchObject([
      { operator: 'in' },
      { operator: 'in' },
      { operator: 'between' },
    ]);
    expect(predicates("a > now() - interval '1 day'")).toMatchObject([{ isRelativeToNow: true }]);
    expect(predicates('a = $1::numeric')).toMatchObject([{ constantType: 'numeric' }]);
    expect(predicates('a = b and a <> $1 and a is null and exists (select from u)')).toEqual([]);
  });

  it.each([
    ['lower(a) = $1', 'lower(a)'],
    ['lower(t.a::text) = $1', 'lower(a)'],
    ['a::text = $1', 'a::text'],
    ['date(a) = $1', 'a::date'],
    ["date_trunc('day', a) = $1", 'date_trunc(?, a)'],
    ['pg_catalog.date_trunc($2::text, a) = $1', 'date_trunc(?, a)'],
    ['a + $1 > now()', 'a + ?'],
    ['coalesce(a, $1) = $2', 'coalesce(a, ?)'],
    ["a ->> 'k' = $1", 'a ->> ?'],
    ['extract(year from a) = $1', 'extract(?, a)'],
  ])('gives %s the shape %s', (condition, shape) => {
    expect(predicates(condition)).toMatchObject([{ kind: 'comparison', operand: { shape } }]);
  });
});

describe('predicates', () => {
  beforeAll(loadParser);

  it('does not take several columns or a subquery for a wrapped column', () => {
    expect(predicates('a + b = $1 and lower(a) = b and a = (select max(c) from u) and abs($1) = 2')).toEqual(
      [],
    );
  });

  it('sees a leading wildcard only where the text shows one', () => {
    const isLeading = (condition: string) =>
      predicates(condition).map((predicate) => predicate.kind === 'pattern' && predicate.hasLeadingWildcard);
    expect(isLeading("a like '%x' and a ilike '_x' and a like '%' || $1")).toEqual([true, true, true]);
    expect(isLeading('a like $2 || $1 || $3 and a like $2::text || $1')).toEqual([true, true]);
    expect(isLeading("a like 'x%' and a like $1 and a like $1 || '%' and a like $1 || $2")).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('reads alternatives and NOT IN', () => {
    expect(predicates('a = $1 or (b = $2 and c = $3) or exists (select from u)')).toMatchObject([
      { kind: 'or', arms: [[{}], [{}, {}], null] },
    ]);
    expect(predicates('a not in (select b from u)')).toMatchObject([
      { kind: 'not-in-subquery', column: { name: 'a' } },
    ]);
    expect(predicates('a not in ($1, $2)')).toEqual([]);
  });

  it('notices conditions on parameters that it does not understand', () => {
    const hasOther = (condition: string) => parsed(`select * from t where ${condition}`).hasOtherConditions;
    expect(hasOther('a @> $1')).toBe(true);
    expect(hasOther('a = $1 and b <> $2')).toBe(true);
    expect(hasOther('a = (select max(b) from u where c = $1)')).toBe(true);
    expect(hasOther('a = $1 and b = c and d is null and e not in (select f from u)')).toBe(false);
  });

  it('resolves aliases through scopes', () => {
    const [comparison] = parsed(
      'select * from s."T" x where exists (select from u where x.a = $1)',
    ).predicates;
    expect(comparison).toMatchObject({
      operand: { column: { name: 'a', tables: [{ schema: 's', name: 'T' }] } },
    });
    const [unknown] = parsed('with c as (select 1 as a) select * from c where a = $1').predicates;
    expect(unknown).toMatchObject({ operand: { column: { name: 'a', tables: [] } } });
    const [joined] = parsed('select * from t join u on t.id = u.id and u.k = $1').predicates;
    expect(joined).toMatchObject({ operand: { column: { name: 'k', tables: [{ name: 'u' }] } } });
    const [updated] = parsed('update t set a = 1 where k = $1').predicates;
    expect(updated).toMatchObject({ operand: { column: { name: 'k', tables: [{ name: 't' }] } } });
  });

  it('collects grouping columns of CTEs', () => {
    const statement = parsed('with m as (select pc.c, count(*) from pc group by pc.c) select * from m');
    expect(statement.groupColumns).toMatchObject([{ name: 'c', tables: [{ name: 'pc' }] }]);
  });
});
