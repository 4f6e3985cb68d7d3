/** Quotes a name for SQL. @source PostgreSQL docs 4.1.1 "Identifiers and Key Words" */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text for SQL; holds whatever standard_conforming_strings is. @source PostgreSQL docs 4.1.2 "Constants" */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
