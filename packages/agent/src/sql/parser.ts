import { repairNormalized } from './normalized-text.ts';
import { readStatement } from './statement.ts';
import type { ParsedStatement } from './types.ts';

interface RawStatement {
  readonly stmt?: unknown;
  /** Bytes; absent at the beginning of the text. */
  readonly stmt_location?: number;
  /** Bytes; absent when the statement reaches the end of the text. */
  readonly stmt_len?: number;
}

interface Parser {
  readonly parseSync: (text: string) => { readonly stmts?: readonly RawStatement[] };
  readonly fingerprintSync: (text: string) => string;
}

const CACHE_SIZE = 2_000;
const cache = new Map<string, ParsedStatement | null>();
let parser: Parser | null = null;

/** Loads PostgreSQL's own parser (WebAssembly, about 2 MB); once, before checks that read statements run. */
export async function loadParser(): Promise<void> {
  if (parser !== null) return;
  const library = await import('libpg-query');
  await library.loadModule();
  parser = library;
}

/** Tells whether {@link loadParser} is done. */
export function isParserLoaded(): boolean {
  return parser !== null;
}

/**
 * Parses the text of a statement as pg_stat_statements shows it; kept per text.
 * @returns null when the parser is not loaded or the text is not one whole valid statement: NULL, cut off,
 * hidden (`<insufficient privilege>`), or in the syntax of another server
 */
export function parseStatement(text: string | null): ParsedStatement | null {
  if (parser === null || text === null || text === '') return null;
  const known = cache.get(text);
  if (known !== undefined) return known;
  const tree = parseTree(text);
  const parsed = tree === null ? null : readStatement(tree);
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
  cache.set(text, parsed);
  return parsed;
}

/** Gives the parser's tree of one statement; null when it is not one whole valid statement. */
export function parseTree(text: string): unknown {
  try {
    const [statement, ...others] = parser?.parseSync(repairNormalized(text)).stmts ?? [];
    return others.length > 0 ? null : (statement?.stmt ?? null);
  } catch {
    return null;
  }
}

/**
 * Gives the fingerprint of a statement: the same whatever its constants are, and whether they are parameters.
 * @returns null when it is not valid
 */
export function fingerprintOf(text: string): string | null {
  try {
    return parser?.fingerprintSync(repairNormalized(text)) ?? null;
  } catch {
    return null;
  }
}

/** Where the statements of a text stand, in bytes; length 0 reaches to the end. */
export type ParsedText =
  | { readonly ok: true; readonly statements: readonly { readonly begin: number; readonly length: number }[] }
  | { readonly ok: false; readonly reason: string; readonly position: number };

/** Parses a text of any number of statements. */
export function parseAll(text: string): ParsedText {
  if (parser === null) return { ok: false, reason: 'the SQL parser is not loaded', position: 0 };
  try {
    const statements = (parser.parseSync(text).stmts ?? []).map((one) => ({
      begin: one.stmt_location ?? 0,
      length: one.stmt_len ?? 0,
    }));
    return { ok: true, statements };
  } catch (error) {
    const details = error instanceof Error && 'sqlDetails' in error ? error.sqlDetails : null;
    const position =
      typeof details === 'object' && details !== null && 'cursorPosition' in details
        ? Number(details.cursorPosition)
        : 0;
    return { ok: false, reason: error instanceof Error ? error.message : String(error), position };
  }
}
