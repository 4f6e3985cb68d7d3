import { runCatalogQuery, viewsQuery } from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';
import { relationNames } from '../../sql/index.ts';

/** Views inside views that are still read. */
const MAXIMUM_DEPTH = 8;

/** Reads the queries of the views that statements name, and of those that these name, by `schema.name`. */
export async function readViews(
  session: Session,
  statements: readonly { readonly sql: string }[],
): Promise<ReadonlyMap<string, string>> {
  const views = new Map<string, string>();
  const asked = new Set<string>();
  let texts: readonly string[] = statements.map((one) => one.sql);
  for (let depth = 0; depth < MAXIMUM_DEPTH && texts.length > 0; depth += 1) {
    const names = [...new Set(texts.flatMap(relationNames))].filter((name) => !asked.has(name));
    for (const name of names) asked.add(name);
    const result = names.length === 0 ? null : await runCatalogQuery(session, viewsQuery, [names]);
    const rows = result?.ok === true ? result.rows : [];
    for (const { schema, name, definition } of rows) views.set(`${schema}.${name}`, definition);
    texts = rows.map((row) => row.definition);
  }
  return views;
}
