import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addSilence,
  readAlertRows,
  type Service,
  settingDefinitions,
  startService,
} from '../../../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { resolveSettings } from '../../../packages/agent/src/settings/index.ts';
import { clientFor, createDatabase, type TestDatabase } from '../../support/index.ts';
import { until } from '../../support/watching.ts';

/** What the receiver was told, as far as the tests look at it. */
interface Told {
  readonly status: 'firing' | 'resolved';
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[];
}

/** Something that is told over HTTP. */
interface Receiver {
  readonly url: string;
  /** What it was told of an alert. */
  of(alert: string, status: Told['status']): readonly Told[];
  close(): void;
}

async function startReceiver(): Promise<Receiver> {
  const told: Told[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      told.push(JSON.parse(Buffer.concat(parts).toString('utf8')) as Told);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    of: (alert, status) =>
      told.filter((one) => one.groupLabels['alertname'] === alert && one.status === status),
    close: () => server.close(),
  };
}

function startDaemon(target: TestDatabase, home: TestDatabase, url: string): Promise<Service> {
  const values = {
    'store.url': home.url,
    'watch.sessions-every-ms': 100,
    'watch.counters-every-ms': 1_000,
    'watch.budget-ratio': 1,
    'alert.evaluation-ms': 1_000,
    'alert.group-wait-ms': 0,
    'alert.group-interval-ms': 1_000,
    'alert.keep-firing-ms': 0,
    'alert.sessions-blocked.threshold-warning-ms': 1_000,
  };
  const flags = new Map(
    Object.entries(values).map(([key, value]) => [key, { option: `--set ${key}`, value }]),
  );
  return startService({
    targets: [unwrap(parseTarget(target.url, {}, 'shop'))],
    settings: unwrap(resolveSettings(settingDefinitions, { flags })),
    alertTables: { channels: [{ name: 'ops', kind: 'webhook', url }] },
    environment: {},
    version: '0.0.0',
    clock: systemClock,
    onProgress: silentProgress,
    log: () => undefined,
    signal: new AbortController().signal,
  });
}

describe.sequential('alerts of the daemon', () => {
  let target: TestDatabase;
  let home: TestDatabase;
  let receiver: Receiver;
  let first: Service;
  let second: Service;
  let blocker: Client;
  let waiter: Client;
  const toldOf = (name: string, status: Told['status']): number => receiver.of(name, status).length;

  const rows = async (service: Service) =>
    readAlertRows({ store: service.store, config: service.alerts.config, now: new Date() });
  const statusOf = async (name: string): Promise<string | undefined> =>
    (await rows(second)).alerts.find((alert) => alert.name === name)?.status;

  beforeAll(async () => {
    receiver = await startReceiver();
    home = await createDatabase();
    target = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    await target.query('create table t (a int)');
    first = await startDaemon(target, home, receiver.url);
    await until(() => first.alerts.state === 'leading', 'the first agent raises alerts');
    second = await startDaemon(target, home, receiver.url);
    blocker = clientFor(target.url);
    waiter = clientFor(target.url);
    await blocker.connect();
    await waiter.connect();
  });

  afterAll(async () => {
    await blocker.end();
    await waiter.end();
    await second.close();
    receiver.close();
    await target.close();
    await home.close();
  });

  it('tells once of a session that waits for a lock, though two agents watch', async () => {
    await blocker.query('begin');
    await blocker.query('lock table t');
    waiter.query('select count(*) from t').catch(() => undefined);
    await until(() => toldOf('sessions-blocked', 'firing') > 0, 'somebody is told');
    await sleep(3_000);
    expect(toldOf('sessions-blocked', 'firing')).toBe(1);
    expect([first.alerts.state, second.alerts.state]).toEqual(['leading', 'following']);
    expect(receiver.of('sessions-blocked', 'firing')[0]?.alerts[0]?.labels).toMatchObject({
      severity: 'warning',
      target: 'shop',
    });
  });

  it('goes on in another agent when the first ends, and says nothing twice', async () => {
    await first.close();
    await until(() => second.alerts.state === 'leading', 'the second raises alerts');
    await sleep(3_000);
    expect(toldOf('sessions-blocked', 'firing')).toBe(1);
    expect(await statusOf('sessions-blocked')).toBe('firing');
  });

  it('tells when it is over', async () => {
    await blocker.query('commit');
    await until(() => toldOf('sessions-blocked', 'resolved') > 0, 'somebody is told that it is over');
    const events = await (await second.store.target('shop')).events({ fromMs: 0, toMs: Date.now() + 1_000 });
    const own = events.filter(({ kind, subject }) => kind === 'alert' && subject === 'sessions-blocked');
    expect(own.map(({ detail }) => detail['to'])).toEqual(['firing', 'resolved']);
  });

  it('keeps what is silenced to itself', async () => {
    const request = { matchers: ['alertname="sessions-blocked"'], author: 'anna', comment: 'a migration' };
    unwrap(
      await addSilence(
        { store: second.store, clock: systemClock },
        { ...request, endsAt: new Date(Date.now() + 60_000) },
      ),
    );
    const before = toldOf('sessions-blocked', 'firing');
    await blocker.query('begin');
    await blocker.query('lock table t');
    waiter.query('select count(*) from t').catch(() => undefined);
    await until(async () => (await statusOf('sessions-blocked')) === 'firing', 'it fires');
    await sleep(3_000);
    expect(toldOf('sessions-blocked', 'firing')).toBe(before);
    const { alerts, silences } = await rows(second);
    expect(alerts.find(({ name }) => name === 'sessions-blocked')?.muted).toBe(
      'silenced by anna: a migration',
    );
    expect(silences).toHaveLength(1);
    await blocker.query('commit');
  });

  it('says what a rule would have done over the history', async () => {
    const span = { from: new Date(Date.now() - 300_000), to: new Date() };
    const [run] = await second.alerts.tools.dryRun('sessions-blocked', span);
    if (run === undefined) throw new Error('no such rule');
    expect(unwrap(run)).toMatchObject({ firedCount: 2 });
    const unknown = await second.alerts.tools.dryRun('nope', span);
    expect(unknown[0]).toMatchObject({ ok: false, error: { code: 'ALERT.RULE_UNKNOWN' } });
  });

  it('records every delivery, and that a target is away', async () => {
    const attempts = await second.store.alerts.attempts(10);
    expect(attempts.map(({ status }) => status)).toContain('delivered');
    const unseen = await rows(second);
    expect(unseen.alerts.find(({ name }) => name === 'watchdog')).toMatchObject({
      status: 'firing',
      target: '',
    });
  });
});
