import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MirrorDdl } from '../types.ts';
import { type KeyedDdl, orderDdl } from './order-ddl.ts';

function item(name: string, kind: MirrorDdl['kind'] = 'function', table: string | null = null): KeyedDdl {
  const owner = table === null ? null : { schema: 'public', name: table };
  return { key: name, statement: { kind, schema: 'public', name, sql: name, table: owner } };
}

function namesOf(ordered: readonly MirrorDdl[]): readonly string[] {
  return ordered.map(({ name }) => name);
}

describe('the order of statements', () => {
  it('is the given one where nothing depends on anything', () => {
    expect(namesOf(orderDdl([item('b'), item('a'), item('c')], []))).toEqual(['b', 'a', 'c']);
  });

  it('puts a table before the function that takes its row, and that function before the table that computes with it', () => {
    const items = [item('f'), item('t1', 'table', 't1'), item('t2', 'table', 't2')];
    const dependencies = [
      { dependent: 'f', referenced: 't2' },
      { dependent: 't1', referenced: 'f' },
    ];
    expect(namesOf(orderDdl(items, dependencies))).toEqual(['t2', 'f', 't1']);
  });

  it('puts a key and its table before the view that groups by it', () => {
    const items = [item('v', 'view'), item('t', 'table', 't'), item('k', 'constraint', 't')];
    expect(namesOf(orderDdl(items, [{ dependent: 'v', referenced: 'k' }]))).toEqual(['t', 'k', 'v']);
  });

  it('keeps every statement once and what it needs before it, whatever depends on what without a circle', () => {
    const graph = fc.integer({ min: 1, max: 30 }).chain((count) =>
      fc.record({
        shuffled: fc.shuffledSubarray(
          Array.from({ length: count }, (_, index) => index),
          { minLength: count, maxLength: count },
        ),
        edges: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 60 }),
      }),
    );
    fc.assert(
      fc.property(graph, ({ shuffled, edges }) => {
        const items = shuffled.map((index) => item(String(index)));
        const dependencies = edges
          .filter(([from, to]) => from > to)
          .map(([from, to]) => ({ dependent: String(from), referenced: String(to) }));
        const ordered = namesOf(orderDdl(items, dependencies));
        expect(ordered.toSorted()).toEqual(items.map(({ key }) => key).toSorted());
        for (const { dependent, referenced } of dependencies) {
          expect(ordered.indexOf(referenced)).toBeLessThan(ordered.indexOf(dependent));
        }
      }),
    );
  });

  it('ends with every statement once where the target has a circle', () => {
    const circle = [
      { dependent: 'a', referenced: 'b' },
      { dependent: 'b', referenced: 'a' },
    ];
    expect(namesOf(orderDdl([item('a'), item('b')], circle)).toSorted()).toEqual(['a', 'b']);
  });
});
