import fc from 'fast-check';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createFieldReader } from '../../../packages/cache/src/cdc/pgoutput/reader.ts';
import {
  createTransactionReader,
  type StreamedTransaction,
} from '../../../packages/cache/src/cdc/read-transactions.ts';
import { rowTag, tableTag } from '../../../packages/cache/src/postgres/table-tags.ts';
import { startSetting } from './workers.ts';

type Key = readonly [number, string];

/** Text that PostgreSQL takes: no zero byte, no half of a surrogate pair. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((one) => !one.includes('\0'));
const key = fc.tuple(fc.integer({ min: -9, max: 9 }), text);
const change = fc.record({
  kind: fc.constantFrom('insert', 'delete', 'note', 'move'),
  key,
  to: key,
  note: text,
});

type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

const CHANGES = {
  insert: 'insert into t (a, b, note) values ($1, $2, $3) on conflict do nothing returning a',
  delete: 'delete from t where a = $1 and b = $2 and $3::text is not null returning a',
  note: 'update t set note = $3 where a = $1 and b = $2 returning a',
};
const MOVE = `update t set a = $3, b = $4
  where a = $1 and b = $2 and not exists (select from t where a = $3 and b = $4) returning a`;

/** Changes a row, and gives the keys that it had and has; none where there was nothing to change. */
async function apply(client: pg.Client, { kind, key: [a, b], to, note }: Change): Promise<readonly Key[]> {
  // Long enough to be kept out of line now and then: an update of the key then leaves it out.
  const { rows } =
    kind === 'move'
      ? await client.query(MOVE, [a, b, ...to])
      : await client.query(CHANGES[kind], [a, b, note.repeat(400)]);
  if (rows.length === 0) return [];
  return kind === 'move' ? [[a, b], to] : [[a, b]];
}

describe('what PostgreSQL sends of random changes', () => {
  it('names exactly the rows that were changed, transaction by transaction', async () => {
    // The slot is read up to what is flushed.
    const { client } = await startSetting({ settings: { synchronous_commit: 'on' } });
    await client.query(`create table t (b text, note text, a int, primary key (a, b));
      alter table t alter note set storage external;
      create publication p for table t;`);
    await client.query("select pg_create_logical_replication_slot('s', 'pgoutput')");
    const oid = (await client.query("select 't'::regclass::oid as oid")).rows[0].oid;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const expected = new Set<string>();
        await client.query('begin');
        for (const one of changes) {
          // The stream gives the columns of a key in the table's order.
          for (const [a, b] of await apply(client, one)) expected.add(rowTag(oid, [b, String(a)]));
        }
        await client.query('commit');
        if (expected.size > 0) expected.add(tableTag(oid));
        const seen: StreamedTransaction[] = [];
        const reader = createTransactionReader({ maxRows: 1_000, onTransaction: (one) => seen.push(one) });
        const { rows } = await client.query(
          "select data from pg_logical_slot_get_binary_changes('s', null, null, 'proto_version', '1', 'publication_names', 'p', 'messages', 'true')",
        );
        for (const { data } of rows) reader.take(createFieldReader(data));
        expect(new Set(seen.flatMap(({ tags }) => tags))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
