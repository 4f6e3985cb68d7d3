import { InternalError } from './failure.ts';

/**
 * Quotes one SQL identifier, always with double quotes: the only quoting function of the code base.
 * @throws InternalError when the name is empty or holds a NUL byte, which PostgreSQL cannot store
 * @source PostgreSQL docs 4.1.1 "Identifiers and Key Words"
 */
export function quoteIdentifier(name: string): string {
  if (name.length === 0 || name.includes('\0')) {
    throw new InternalError(`not a PostgreSQL identifier: ${JSON.stringify(name)}`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a schema-qualified name: `"schema"."name"`. */
export function quoteQualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/**
 * Quotes a string literal for SQL that is printed rather than sent with bound values.
 * @source PostgreSQL docs 4.1.2.2 "String Constants with C-Style Escapes"
 */
export function quoteLiteral(value: string): string {
  if (value.includes('\0')) throw new InternalError('a PostgreSQL string cannot hold a NUL byte');
  const doubled = value.replaceAll("'", "''");
  return doubled.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/**
 * Shows a schema-qualified name to a person: bare where PostgreSQL would accept it bare, quoted elsewhere.
 * Control characters are escaped so that a hostile name cannot forge terminal output.
 */
export function displayName(schema: string, name: string): string {
  return `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}

/** Shows one identifier to a person; see {@link displayName}. */
export function displayIdentifier(name: string): string {
  const shown = escapeControls(name);
  return /^[a-z_][a-z0-9_$]*$/.test(shown) ? shown : `"${shown.replaceAll('"', '""')}"`;
}

/** Replaces control, bidirectional-override and zero-width characters with visible escapes. */
export function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be shown
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (c) =>
    c === '\n' ? '\\n' : c === '\t' ? '\\t' : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Writes a list of texts as an array in PostgreSQL's text format. @source PostgreSQL docs 8.15.6 "Array Input and Output Syntax" */
export function arrayText(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}
