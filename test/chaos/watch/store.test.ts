import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createDatabase,
  startTestServer,
  startWire,
  type TestDatabase,
  type TestServer,
  until,
  type Wire,
} from '../../support/index.ts';
import { startCounted } from './counted.ts';

/** Each fault lasts a few rounds; at the end every call of the statement is in the history once. */
describe.sequential('a store that fails', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });

  afterAll(() => server.close());

  const databases = async (): Promise<{ readonly home: TestDatabase; readonly target: TestDatabase }> => {
    const home = await createDatabase(18, { serverUrl: server.connectionUrl() });
    const target = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    onTestFinished(async () => {
      await target.close();
      await home.close();
    });
    return { home, target };
  };
  const wired = async (home: TestDatabase): Promise<{ readonly wire: Wire; readonly url: string }> => {
    const wire = await startWire(server.port);
    onTestFinished(() => wire.close());
    return { wire, url: wire.through(home.url) };
  };

  it('by crashing: what is read meanwhile waits', async () => {
    const { home, target } = await databases();
    const { watching, state, settled, expectAll } = await startCounted(target, home.url);
    const [postmaster] = await home.query<{ readonly pid: string }>(
      `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`,
    );
    // An immediate shutdown.
    process.kill(Number(postmaster?.pid), 'SIGQUIT');
    await until(() => state() === 'cut-off', 'cut off');
    await until(() => watching.watcher.outbox.waitingRows > 0, 'something waits');
    server = await server.restart();
    await settled();
    await expectAll();
  });

  it('by losing its answer to a commit: nothing is stored twice, and nothing is lost', async () => {
    const { home, target } = await databases();
    const { wire, url } = await wired(home);
    const { settled, expectAll } = await startCounted(target, url);
    for (let index = 0; index < 2; index += 1) {
      await wire.breakAfter('commit');
      await settled();
    }
    await expectAll();
  });

  it('by answering nothing: the sampling goes on', async () => {
    const { home, target } = await databases();
    const { wire, url } = await wired(home);
    const { watching, settled, expectAll } = await startCounted(target, url);
    const runs = (): number => watching.watcher.collectors[0]?.runs ?? 0;
    wire.blackhole();
    const before = runs();
    await sleep(3_000);
    expect(runs()).toBeGreaterThan(before + 10);
    wire.restore();
    await settled();
    await expectAll();
  });
});
