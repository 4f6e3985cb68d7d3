import { repairNormalized } from './normalized-text.ts';
import { parseAll } from './parser.ts';

/** Statements of a text, or where it stops being SQL. */
export type SplitResult =
  | { readonly ok: true; readonly statements: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly line: number };

/** Splits a text into its statements as PostgreSQL's parser sees them, comments before and between left out. */
export function splitStatements(given: string): SplitResult {
  const text = repairNormalized(given);
  const parsed = parseAll(text);
  if (!parsed.ok) {
    const line = text.slice(0, parsed.position).split('\n').length;
    return { ok: false, reason: parsed.reason, line };
  }
  // The parser counts bytes.
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const statements = parsed.statements.map(({ begin, length }) =>
    trimComments(decoder.decode(bytes.subarray(begin, length === 0 ? bytes.length : begin + length))),
  );
  return { ok: true, statements };
}

/** The text of a statement begins right behind the semicolon before it. */
function trimComments(text: string): string {
  let rest = text.trim();
  for (;;) {
    const next = rest.replace(/^(--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)/, '').trimStart();
    if (next === rest) return rest;
    rest = next;
  }
}
