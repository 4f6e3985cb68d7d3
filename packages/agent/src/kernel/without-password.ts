const DEFINING = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:alter|create|do)\b/i;

/**
 * Cuts the text of a statement off before a password. PostgreSQL leaves the values of queries out of what it counts, and
 * keeps `alter role … password 'secret'` as it was written.
 * @source PostgreSQL docs, "pg_stat_statements": utility commands are compared by their text
 */
export function withoutPassword(text: string): string {
  return DEFINING.test(text) ? text.replace(/\bpassword\b[\s\S]*$/i, 'password ?') : text;
}
