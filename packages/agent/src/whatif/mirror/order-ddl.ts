import type { MirrorDdlRow, MirrorDependencyRow } from '../../catalog/index.ts';
import type { MirrorDdl } from '../types.ts';

/** A statement with what names it in dependencies. */
export interface KeyedDdl extends Pick<MirrorDdlRow, 'key'> {
  readonly statement: MirrorDdl;
}

/**
 * Orders statements so that each finds what it needs: as given, but what a statement depends on comes before it, down to the
 * table that an index, a key or a statistics object belongs to. A circle is cut where it is met.
 * @param items in the usual order of their kinds
 */
export function orderDdl(
  items: readonly KeyedDdl[],
  dependencies: readonly MirrorDependencyRow[],
): readonly MirrorDdl[] {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const byTable = new Map<string, KeyedDdl>();
  for (const item of items) {
    if (item.statement.kind === 'table' || item.statement.kind === 'view')
      byTable.set(tableKey(item.statement), item);
  }
  const needs = new Map<string, KeyedDdl[]>();
  for (const { dependent, referenced } of dependencies) {
    const needed = byKey.get(referenced);
    if (needed === undefined || !byKey.has(dependent)) continue;
    const known = needs.get(dependent);
    if (known === undefined) needs.set(dependent, [needed]);
    else known.push(needed);
  }
  const ordered: MirrorDdl[] = [];
  const seen = new Set<KeyedDdl>();
  const place = (item: KeyedDdl): void => {
    if (seen.has(item)) return;
    seen.add(item);
    const { table } = item.statement;
    const own = table === null ? undefined : byTable.get(JSON.stringify([table.schema, table.name]));
    if (own !== undefined) place(own);
    for (const needed of needs.get(item.key) ?? []) place(needed);
    ordered.push(item.statement);
  };
  for (const item of items) place(item);
  return ordered;
}

function tableKey({ schema, name }: MirrorDdl): string {
  return JSON.stringify([schema, name]);
}
