/** Walks the trees of libpg-query: a node is an object whose only key is its type, as in `{ "ParamRef": { … } }`. */

/** The fields of a node; what is absent has its default. */
export type Fields = Readonly<Record<string, unknown>>;

/** Gives the fields of a value; none where it is no object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Gives the fields of a node of that type; null where it is another. */
export function nodeOf(value: unknown, type: string): Fields | null {
  const node = fieldsOf(value)[type];
  return node === undefined ? null : fieldsOf(node);
}

/** Gives a list; empty where the value is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Gives a text; null where the value is none. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Gives the parts of a name such as `pg_catalog.int4`. */
export function nameOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((part) => textOf(nodeOf(part, 'String')?.['sval']) ?? []);
}

/** Visits every object below a value with the key that it stands under: the type of a node, or the name of a field. */
export function visit(value: unknown, enter: (key: string, fields: Fields) => void): void {
  for (const [key, part] of Object.entries(fieldsOf(value))) {
    if (typeof part !== 'object' || part === null) continue;
    if (!Array.isArray(part)) enter(key, fieldsOf(part));
    visit(part, enter);
  }
}
