import { describe, expect, it } from 'vitest';
import { CSV_LOG } from './csv-log.ts';
import { JSON_LOG } from './json-log.ts';
import { readLog } from './read-log.ts';
import { stderrLog } from './stderr-log.ts';
import type { LogFormat } from './types.ts';

const SQL = 'select "a,b" from t where note = \'line\nline\' -- duration: 9.000 ms  plan:';
const EXPLAINED = { 'Query Text': SQL, Plan: { 'Node Type': 'Seq Scan', 'Relation Name': 'tä' } };
const JSON_TEXT = JSON.stringify(EXPLAINED, null, 2);
const MESSAGE = `duration: 12.345 ms  plan:\n${JSON_TEXT}`;
const TIME = '2026-11-29 14:05:03.123 IST';
const AT = new Date(Date.UTC(2026, 10, 29, 8, 35, 3, 123));
const INDIA = 19_800;
const QUERY_ID = '-8123456789012345678';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function csvRecord(message: string): string {
  const columns = [
    TIME,
    'shop',
    'market',
    '4711',
    '127.0.0.1:5',
    'a.b',
    '1',
    'SELECT',
    TIME,
    '1/2',
    '0',
    'LOG',
  ];
  const rest = [
    '00000',
    message,
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    'che"ckout',
    'client backend',
    '',
    QUERY_ID,
  ];
  const texts = new Set([1, 2, 13, 22]);
  return [...columns, ...rest].map((value, place) => (texts.has(place) ? quoted(value) : value)).join(',');
}

function jsonRecord(message: string): string {
  const fields = {
    timestamp: TIME,
    user: 'shop',
    dbname: 'market',
    pid: 4711,
    error_severity: 'LOG',
    message,
  };
  const json = JSON.stringify({ ...fields, application_name: 'che"ckout', backend_type: 'client backend' });
  return `${json.slice(0, -1)},"query_id":${QUERY_ID}}`;
}

const stderrRecord = (message: string): string =>
  `${TIME} [4711] shop@market/che"ckout q=${QUERY_ID} LOG:  ${message.replaceAll('\n', '\n\t')}`;

const FORMATS: readonly (readonly [string, LogFormat, (message: string) => string])[] = [
  ['jsonlog', JSON_LOG, jsonRecord],
  ['csvlog', CSV_LOG, csvRecord],
  ['stderr', stderrLog('%m [%p] %q%u@%d/%a q=%Q '), stderrRecord],
];

const bytesOf = (...records: readonly string[]): Uint8Array =>
  new TextEncoder().encode(records.map((record) => `${record}\n`).join(''));

const PLAN = {
  at: AT,
  durationMs: 12.345,
  user: 'shop',
  database: 'market',
  application: 'che"ckout',
  queryId: QUERY_ID,
  query: SQL,
  explained: EXPLAINED,
};

describe.each(FORMATS)('a log as %s', (_kind, format, record) => {
  const read = (bytes: Uint8Array, isCut = false) =>
    readLog(format, { bytes, isCut, utcOffsetSeconds: INDIA });

  it('gives each plan with who ran it and when, and passes all else over', () => {
    const bytes = bytesOf(
      record('connection received'),
      record(MESSAGE),
      record('duration: 3.000 ms  plan:\nQuery Text: select 1\nResult  (cost=0.00..0.01)'),
      record('duration: 3.000 ms  plan:\n{"Query Text": "cut'),
      record('duration: 3.000 ms  plan:\n[1]'),
      record(`STATEMENT:\nduration: 1.000 ms  plan:\n${JSON_TEXT}`),
      record(MESSAGE),
    );
    const content = read(bytes);
    expect(content.plans).toEqual([PLAN, PLAN]);
    expect(content.readBytes).toBe(bytes.length);
  });

  it('is read up to the last whole message, wherever it is torn, and each plan once', () => {
    const bytes = bytesOf(record('first'), record(MESSAGE), record('a "quoted"\nline'), record(MESSAGE));
    for (let end = 0; end <= bytes.length; end += 1) {
      const first = read(bytes.subarray(0, end));
      expect(first.readBytes).toBeLessThanOrEqual(end);
      const second = read(bytes.subarray(first.readBytes));
      expect([...first.plans, ...second.plans], `torn at ${end}`).toHaveLength(2);
    }
  });

  it('is read from the middle of a message on', () => {
    const bytes = bytesOf(record(MESSAGE), record('between'), record(MESSAGE));
    const afterFirst = bytesOf(record(MESSAGE)).length;
    for (let begin = 1; begin < afterFirst; begin += 7) {
      expect(read(bytes.subarray(begin), true).plans, `cut at ${begin}`).toEqual([PLAN]);
    }
  });

  it('asks for more while nothing whole is there', () => {
    const half = bytesOf(record(MESSAGE)).subarray(0, 100);
    expect(read(half)).toEqual({ plans: [], readBytes: 0 });
  });

  it('is not spoilt by bytes in another encoding', () => {
    const bytes = new Uint8Array([...bytesOf(record('caf\u0001')), ...bytesOf(record(MESSAGE))]);
    bytes[bytes.indexOf(1)] = 0xe9;
    expect(read(bytes).plans).toEqual([PLAN]);
    expect(read(bytes).readBytes).toBe(bytes.length);
  });

  it('may have lines that end as on Windows', () => {
    const text = new TextDecoder().decode(bytesOf(record('before'), record(MESSAGE)));
    const bytes = new TextEncoder().encode(text.replaceAll('\n', '\r\n'));
    expect(read(bytes).plans).toMatchObject([{ durationMs: 12.345, database: 'market' }]);
  });
});

describe('the prefix of a log line', () => {
  const read = (prefix: string, printed: string) => {
    const bytes = bytesOf(`${printed}LOG:  ${MESSAGE.replaceAll('\n', '\n\t')}`);
    return readLog(stderrLog(prefix), { bytes, isCut: false, utcOffsetSeconds: 0 }).plans[0];
  };

  it.each([
    ['', '', { at: null, user: null, database: null }],
    [
      '%m [%p] ',
      '2026-11-29 14:05:03.123 UTC [7] ',
      { at: new Date('2026-11-29T14:05:03.123Z'), user: null },
    ],
    [
      '%t:%r:%u@%d:[%p]: ',
      '2026-11-29 14:05:03 UTC:10.0.0.1(55):app@shop:[7]: ',
      { user: 'app', database: 'shop' },
    ],
    [
      '%n %-8u|%10d|',
      '1796133903.500 app     |      shop|',
      { at: new Date(1_796_133_903_500), user: 'app', database: 'shop' },
    ],
    [
      '%m %a ',
      '2026-11-29 14:05:03.123 +0530 PostgreSQL JDBC Driver ',
      { application: 'PostgreSQL JDBC Driver' },
    ],
    ['%5p %5l ', '    7 12    ', { at: null, user: null }],
    ['%-5p %d ', '7     shop ', { database: 'shop' }],
    ['%u/%u %a ', 'app/app [unknown] ', { user: 'app', application: null }],
    ['(100%%) %d? ', '(100%) shop? ', { database: 'shop' }],
    ['%d:%p ', 'shop/x ', { database: null, at: null }],
  ])('%s', (prefix, printed, expected) => {
    expect(read(prefix, printed)).toMatchObject(expected);
  });

  it('is given up soon where a name was made to look like it, and no message passes for a plan', () => {
    const began = performance.now();
    expect(read('%u,%d,%a,%h,%i;', `${','.repeat(63)} `)).toMatchObject({ at: null, user: null });
    expect(read('%u %d %a %h ', `app shop x y LOG:  ${' '.repeat(900)}`)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(500);
  });
});
