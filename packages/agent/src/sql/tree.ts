/** Walks the trees of the PostgreSQL parser: a node is an object whose only key is its type. */

/** A node's content; what is absent has its default. */
export type Fields = Readonly<Record<string, unknown>>;

/** A node: its type and content. */
export interface TreeNode {
  readonly type: string;
  readonly fields: Fields;
}

/** Reads a wrapped node; null when the value is none. */
export function asNode(value: unknown): TreeNode | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0 || !/^[A-Z]/.test(entry[0])) return null;
  return { type: entry[0], fields: asFields(entry[1]) };
}

/** Reads an object's fields; empty when the value is no object. */
export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Reads a list; empty when the value is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Reads a text field; null when it is none. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Reads a list of `String` nodes such as a qualified name. */
export function names(value: unknown): readonly string[] {
  return asList(value).flatMap((item) => {
    const node = asNode(item);
    return node?.type === 'String' ? [asText(node.fields['sval']) ?? ''] : [];
  });
}

/**
 * Visits every node below a value, the value itself first.
 * @param enter returns false to stay out of a node's children
 */
export function visit(value: unknown, enter: (node: TreeNode) => boolean): void {
  const pending: unknown[] = [value];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    if (Array.isArray(current)) {
      pending.push(...current.toReversed());
      continue;
    }
    if (typeof current !== 'object' || current === null) continue;
    const node = asNode(current);
    if (node === null) pending.push(...Object.values(current).toReversed());
    else if (enter(node)) pending.push(...Object.values(node.fields).toReversed());
  }
}

/** Tells whether a node of one of the types stands anywhere below a value. */
export function contains(value: unknown, ...types: readonly string[]): boolean {
  let isFound = false;
  visit(value, (node) => {
    isFound ||= types.includes(node.type);
    return !isFound;
  });
  return isFound;
}
