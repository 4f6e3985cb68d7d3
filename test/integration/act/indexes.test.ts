import { expect, it } from 'vitest';
import { requestUndo } from '../../../packages/agent/src/act/index.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { clientFor, withDatabase } from '../../support/index.ts';
import { actingOn, memoryJournal } from './acting.ts';

const TABLE = `create table t (id int primary key, a int, b text);
  insert into t select g, g % 100, 'x' || g from generate_series(1, 20000) g;`;
const CREATE = 'create index concurrently t_a on public.t (a)';
const VALID = `select i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid where c.relname = $1`;

it('builds an index, keeps it, and takes it back when its owner asks', async () => {
  await withDatabase(async (db) => {
    await db.query(TABLE);
    const acting = await actingOn(db.url);
    const verifying = await acting.advance(await acting.approved([CREATE]));
    expect(verifying).toMatchObject({ state: 'verifying', note: expect.stringContaining('done in') });
    expect(await db.query(VALID, ['t_a'])).toEqual([{ valid: true }]);
    const kept = await acting.advance(verifying);
    expect(kept.state).toBe('kept');
    expect(acting.journal.entries.map(({ event }) => event)).toEqual([
      'proposed',
      'approved',
      'applying',
      'applied',
      'verdict',
    ]);
    const asked = unwrap(await requestUndo(acting.journal, kept.id, { actor: 'anna', now: new Date() }));
    expect((await acting.advance(asked)).state).toBe('reverted');
    expect(await db.query(VALID, ['t_a'])).toEqual([]);
  });
});

it('takes an index back that harmed', async () => {
  await withDatabase(async (db) => {
    await db.query(TABLE);
    const judge = () => ({ outcome: 'reverted', text: 'writes take twice as long', verdict: null }) as const;
    const acting = await actingOn(db.url, { judge });
    const ended = await acting.advance(await acting.advance(await acting.approved([CREATE])));
    expect(ended).toMatchObject({ state: 'reverted', verdict: null });
    expect(await db.query(VALID, ['t_a'])).toEqual([]);
    expect(acting.journal.entries.at(-1)?.sql).toEqual(['drop index concurrently if exists "public"."t_a"']);
  });
});

it('drops an index and builds it again just as it was', async () => {
  await withDatabase(async (db) => {
    await db.query(`${TABLE} create unique index "T b" on t (lower(b) desc nulls last) include (a) where a > 5;
      comment on index "T b" is 'it''s mine'`);
    const describe = `select pg_get_indexdef(oid) as ddl, obj_description(oid) as comment from pg_class where relname = 'T b'`;
    const before = await db.query(describe);
    const judge = () => ({ outcome: 'reverted', text: 'reads got slower', verdict: null }) as const;
    const acting = await actingOn(db.url, { judge });
    const applied = await acting.advance(await acting.approved(['drop index concurrently public."T b"']));
    expect(await db.query(describe)).toEqual([]);
    expect((await acting.advance(applied)).state).toBe('reverted');
    expect(await db.query(describe)).toEqual(before);
  });
});

it('waits while an old transaction would hold the build up, and says so once', async () => {
  await withDatabase(async (db) => {
    await db.query(TABLE);
    const other = clientFor(db.url);
    await other.connect();
    await other.query('begin; select count(*) from t');
    const acting = await actingOn(db.url, { settings: { 'act.preflight.transaction-ms': 1 } });
    const waiting = await acting.advance(await acting.approved([CREATE]));
    expect(waiting).toMatchObject({
      state: 'approved',
      note: expect.stringContaining('has been in a transaction'),
    });
    await other.query('commit');
    await other.end();
    expect((await acting.advance(waiting)).state).toBe('verifying');
  });
});

it('goes on where an agent died: before, during and after the build', async () => {
  await withDatabase(async (db) => {
    await db.query(TABLE);
    const journal = memoryJournal();
    const acting = await actingOn(db.url, { journal });
    const approved = await acting.approved([CREATE]);
    const prepared = {
      table: { schema: 'public', name: 't' },
      undo: ['drop index concurrently if exists "public"."t_a"'],
      facts: {},
    };
    const applying = { ...approved, state: 'applying', prepared } as const;
    const entry = { at: '', target: approved.target, action: approved.id, actor: 'agent', text: '', sql: [] };
    await journal.record(applying, { ...entry, event: 'applying', from: 'approved', to: 'applying' });
    const resumed = await acting.advance(applying);
    expect(resumed.state).toBe('verifying');
    expect(journal.entries.some(({ event }) => event === 'resumed')).toBe(true);
    // As if it had died before it could write that down: invalid, as an interrupted build leaves it.
    await journal.record(applying, { ...entry, event: 'applying', from: 'verifying', to: 'applying' });
    await db.query(`update pg_index set indisvalid = false where indexrelid = 't_a'::regclass`);
    expect((await acting.advance(applying)).state).toBe('verifying');
    expect(journal.entries.some(({ event }) => event === 'cleaned-up')).toBe(true);
    expect(await db.query(VALID, ['t_a'])).toEqual([{ valid: true }]);
  });
});

it('leaves a target alone on which another agent is acting', async () => {
  await withDatabase(async (db) => {
    await db.query(TABLE);
    await db.query('select pg_advisory_lock(1886856052, 1952805748)');
    const acting = await actingOn(db.url);
    const approved = await acting.approved([CREATE]);
    expect((await acting.advance(approved)).state).toBe('approved');
    await db.query('select pg_advisory_unlock_all()');
    expect((await acting.advance(approved)).state).toBe('verifying');
  });
});
