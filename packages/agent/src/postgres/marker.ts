/**
 * Marks a statement as pgsteward's own with a comment behind its first word. pg_stat_statements drops a comment in
 * front of a statement (seen on 18), and pg_stat_activity cuts the end of a long one; here both keep it.
 * @param id what the statement is for, such as `catalog/tables`
 */
export function mark(id: string, sql: string): string {
  return sql.trimStart().replace(/^\w+/, (word) => `${word} /* pgsteward:${id} */`);
}
