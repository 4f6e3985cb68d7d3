import type { LogFormat } from './types.ts';

/** Places of the columns. @source PostgreSQL docs 19.8.4 "Using CSV-Format Log Output" */
const TIME = 0;
const USER = 1;
const DATABASE = 2;
const MESSAGE = 13;
const APPLICATION = 22;
const QUERY_ID = 25;

/** Comma-separated values; a quoted one goes over as many lines as it has. */
export const CSV_LOG: LogFormat = {
  begins: (line) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [^,"]+,/.test(line),
  lengthOf(lines, first) {
    let quotes = 0;
    for (let index = first; index < lines.length; index += 1) {
      quotes += (lines[index] ?? '').split('"').length - 1;
      if (quotes % 2 === 0) return index - first + 1;
    }
    return null;
  },
  read(lines) {
    if (!CSV_LOG.begins(lines[0] ?? '')) return null;
    const fields = fieldsOf(lines.join('\n'));
    const at = (place: number): string | null => fields[place] || null;
    const text = at(MESSAGE);
    if (text === null) return null;
    const queryId = at(QUERY_ID);
    return {
      text,
      time: at(TIME),
      user: at(USER),
      database: at(DATABASE),
      application: at(APPLICATION),
      queryId: queryId === '0' ? null : queryId,
    };
  },
};

function fieldsOf(record: string): readonly string[] {
  const fields: string[] = [];
  let at = 0;
  while (at < record.length) {
    const isQuoted = record[at] === '"';
    const end = isQuoted ? closingQuote(record, at) : record.indexOf(',', at);
    const stop = end === -1 ? record.length : end;
    fields.push(isQuoted ? record.slice(at + 1, stop).replaceAll('""', '"') : record.slice(at, stop));
    at = stop + (isQuoted ? 2 : 1);
  }
  return fields;
}

/** A quote that is doubled closes nothing. */
function closingQuote(record: string, opening: number): number {
  let at = record.indexOf('"', opening + 1);
  while (at !== -1 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at;
}
