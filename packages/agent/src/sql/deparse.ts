import { deparseSync } from 'pgsql-deparser';

type Tree = Parameters<typeof deparseSync>[0];

/** Writes a tree of the parser as SQL again: the same statement, names quoted where they must be. */
export function deparse(tree: unknown): string {
  return deparseSync(tree as Tree, { pretty: true });
}
