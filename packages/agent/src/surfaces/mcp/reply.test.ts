import { expect, it } from 'vitest';
import * as z from 'zod';
import { makeReply } from './reply.ts';

const ROWS = z.object({ rows: z.array(z.string()) });
const about = { output: ROWS, list: 'rows', isLive: false, limit: 200, cursor: undefined };
const answerOf = (data: object) => ({ headline: 'Rows', target: 'shop', data });
const bytesOf = (reply: object) => Buffer.byteLength(JSON.stringify(reply));

it('gives what fits, and all of it by its cursors, whatever the rows look like', () => {
  const rows = Array.from({ length: 150 }, (_, index) => `${index} ${'"\n\u00e9'.repeat(index * 3)}`);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const reply = makeReply(answerOf({ rows }), { ...about, cursor });
    expect(bytesOf(reply)).toBeLessThanOrEqual(32_768);
    const body = reply.structuredContent as {
      readonly cursor: string | null;
      readonly untrusted: { rows: string[] };
    };
    seen.push(...body.untrusted.rows);
    cursor = body.cursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(rows);
});

it('shortens texts when one row alone is too large, and says that it did', () => {
  const reply = makeReply(answerOf({ rows: ['x'.repeat(100_000)] }), about);
  expect(bytesOf(reply)).toBeLessThanOrEqual(32_768);
  expect(reply.structuredContent).toMatchObject({ truncated: true, next: 'Ask for less: a narrower filter' });
});

it('leaves out fields that the schema does not name, and numbers that JSON does not know', () => {
  const output = z.object({ rows: z.array(z.number().nullable()) });
  const reply = makeReply(answerOf({ rows: [1, Number.NaN], secret: 1 }), { ...about, output });
  expect(reply.structuredContent).toMatchObject({ untrusted: { rows: [1, null] } });
  expect(JSON.stringify(reply)).not.toContain('secret');
});
