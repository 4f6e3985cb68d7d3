import { chown, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createDatabase, mountTinyDisk, runOnce, startTestServer, until } from '../../support/index.ts';
import { startCounted } from './counted.ts';

const DISK_MB = 24;

/** The tables of the store lie on a disk of their own: a full disk below the write-ahead log is a crash. */
describe('a store whose disk is full', () => {
  it('takes what was read as soon as there is room', async ({ skip }) => {
    await using disk = mountTinyDisk(DISK_MB);
    if (disk === null) return skip('this account may not mount a disk');
    const place = disk.directory;
    const server = await startTestServer();
    const { uid, gid } = await stat(server.dataDirectory);
    await chown(place, uid, gid);
    await runOnce(server.connectionUrl(), `create tablespace tiny location '${place}'`);
    const home = await createDatabase(18, { serverUrl: server.connectionUrl() });
    await home.query(`alter database "${home.name}" set default_tablespace = tiny`);
    const target = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    const { watching, state, settled, expectAll } = await startCounted(target, home.url);

    await home.query('set default_tablespace = tiny');
    await home.query('create table ballast (body bytea)');
    await home.query('alter table ballast alter body set storage external');
    await fill((rows) =>
      home.query(`insert into ballast select repeat('x', 1000)::bytea from generate_series(1, ${rows})`),
    );
    await until(() => state() === 'cut-off', 'cut off');
    expect(watching.watcher.leadership.trouble).toMatch(/no space left|could not extend/i);
    await sleep(2_000);
    const waiting = watching.watcher.outbox.waitingRows;
    await until(() => watching.watcher.outbox.waitingRows > waiting, 'more waits');
    expect(state()).toBe('cut-off');
    await home.query('drop table ballast');
    await settled();
    await expectAll();
    await target.close();
    await home.close();
    await server.close();
  });
});

/** Inserts until there is no room, in ever smaller portions. */
async function fill(insert: (rows: number) => Promise<unknown>): Promise<void> {
  for (let rows = 8_192; rows >= 1; ) {
    const error = await insert(rows).then(
      () => null,
      (reason: unknown) => reason as { readonly code?: string },
    );
    if (error === null) continue;
    expect(error.code).toBe('53100');
    rows = Math.floor(rows / 4);
  }
}
