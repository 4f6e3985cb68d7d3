import { describe, expect, it } from 'vitest';
import { maskValues } from './mask-values.ts';
import { readPlan } from './read-plan.ts';

/** The text of a filter after its values were masked. */
function masked(filter: string): unknown {
  const plan = readPlan({
    Plan: { 'Node Type': 'Limit', Plans: [{ 'Node Type': 'Seq Scan', Filter: filter }] },
  });
  return maskValues(plan).root.children[0]?.details['Filter'];
}

describe('a plan without its values', () => {
  it.each([
    ["(email = 'a@b.example'::text)", '(email = ?::text)'],
    ["(name = 'O''Brien'::text)", '(name = ?::text)'],
    [String.raw`(path = E'c:\\\'secret'::text)`, '(path = ?::text)'],
    ["(id = ANY ('{1,2,3}'::integer[]))", '(id = ANY (?::integer[]))'],
    ['((price > 12.50) AND (n < -3) AND (x = 1e+20))', '((price > ?) AND (n < -?) AND (x = ?))'],
    ["(made > '2026-01-01 00:00:00+00'::timestamp with time zone)", '(made > ?::timestamp with time zone)'],
    [`("Ünïcode 7" = 7)`, `("Ünïcode 7" = ?)`],
    [`("it's" = 'it''s' AND t1.c2 = $1)`, `("it's" = ? AND t1.c2 = $1)`],
    ['(NOT (ANY (a = (hashed SubPlan 1).col1)))', '(NOT (ANY (a = (hashed SubPlan 1).col1)))'],
    ['(a = (InitPlan 2).col1)', '(a = (InitPlan 2).col1)'],
  ])('%s', (filter, shown) => {
    expect(masked(filter)).toBe(shown);
  });

  it('keeps the names of its parts', () => {
    const plan = readPlan({
      Plan: {
        'Node Type': 'CTE Scan',
        'CTE Name': '2 be',
        'Subplan Name': 'CTE 2 be',
        'Sort Key': ['(a + 1)', 'b'],
      },
    });
    expect(maskValues(plan).root.details).toEqual({
      'CTE Name': '2 be',
      'Subplan Name': 'CTE 2 be',
      'Sort Key': ['(a + ?)', 'b'],
    });
  });
});
