import type { LogFormat, LogMessage } from './types.ts';

/**
 * A message a line.
 * @source PostgreSQL docs 19.8.5 "Using JSON-Format Log Output"
 */
export const JSON_LOG: LogFormat = {
  begins: () => true,
  lengthOf: () => 1,
  read([line = '']) {
    const row = parse(line);
    const text = row['message'];
    if (typeof text !== 'string') return null;
    return {
      text,
      time: textOf(row['timestamp']),
      user: textOf(row['user']),
      database: textOf(row['dbname']),
      application: textOf(row['application_name']),
      queryId: row['query_id'] === undefined ? null : queryIdIn(line),
    } satisfies LogMessage;
  },
};

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The number is one of 64 bits, more than a number of JavaScript holds; it stands last. */
function queryIdIn(line: string): string | null {
  return /"query_id":(-?\d+)\}$/.exec(line)?.[1] ?? null;
}
