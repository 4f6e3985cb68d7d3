import { expect, it } from 'vitest';
import { createRole, withDatabase } from '../../support/index.ts';
import { actingOn } from './acting.ts';

it('drops no index that it could not build again: the owner of a table may not create in its schema', async () => {
  await withDatabase(async (db) => {
    const owner = await createRole(db);
    const role = await createRole(db, { memberOf: ['pg_monitor', owner.name] });
    await db.query(`create schema shop; create table shop.t (a int); create index t_a on shop.t (a);
      alter table shop.t owner to ${owner.name}; grant usage on schema shop to ${owner.name}`);
    const acting = await actingOn(role.url);
    const approved = await acting.approved(['drop index concurrently shop.t_a']);
    const waiting = await acting.advance(approved);
    expect(waiting).toMatchObject({
      state: 'approved',
      note: expect.stringContaining('may not create in the schema shop'),
    });
    await db.query(`grant create on schema shop to ${owner.name}`);
    expect((await acting.advance(waiting)).state).toBe('verifying');
  });
});
