import { type Fields, fieldsOf, listOf } from './syntax-tree.ts';

/** PostgreSQL's own parser. */
export interface Parser {
  /** Gives the tree of one statement; null where the text is not one whole valid statement. */
  readonly parse: (sql: string) => Fields | null;
  /** Gives what is the same for statements that differ in constants alone; null where the text is not valid. */
  readonly fingerprint: (sql: string) => string | null;
}

/** Loads the parser: WebAssembly, about 2 MB, once. */
export async function loadParser(): Promise<Parser> {
  const library = await import('libpg-query');
  await library.loadModule();
  return {
    parse: (sql) =>
      attempt(() => {
        const [statement, ...others] = listOf(library.parseSync(sql).stmts);
        const { stmt } = fieldsOf(statement);
        return stmt === undefined || others.length > 0 ? null : fieldsOf(stmt);
      }),
    fingerprint: (sql) => attempt(() => library.fingerprintSync(sql)),
  };
}

function attempt<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
