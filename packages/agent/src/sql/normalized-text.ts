/** Quoted parts and comments, which stay; then a type name with a parameter behind it. */
const TYPED_PARAMETER =
  /("(?:[^"]|"")*"|'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/)|\b(interval|date|time(?:stamp)?(?:tz|\s+with(?:out)?\s+time\s+zone)?)\s+(\$\d+)/gi;

/**
 * Makes valid what pg_stat_statements made invalid: it puts `$1` for every constant, so that `interval '1 day'` becomes
 * `interval $1`, which no parser takes; `$1::interval` means the same. Other texts stay as they are.
 */
export function repairNormalized(text: string): string {
  return text.replaceAll(
    TYPED_PARAMETER,
    (found: string, kept: string | undefined, type: string, parameter: string) =>
      kept === undefined ? `${parameter}::${type}` : found,
  );
}
