import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createMetricsReader,
  readAgent,
  type Service,
  settingDefinitions,
  startService,
} from '../../../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { resolveSettings } from '../../../packages/agent/src/settings/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';
import { type OtlpSeen, otlpAttributes, otlpPoints, otlpRequestSchema } from '../../support/otlp-schema.ts';
import { until } from '../../support/watching.ts';
import { type Receiver, startReceiver } from '../alert/receiver.ts';

const COMMITS = 'pg_stat_database_xact_commit';
const CALLS = 'pg_stat_statements_calls_total';

const logged: string[] = [];

/** Starts a daemon that finds its receiver in the variables of OpenTelemetry. */
function startDaemon(target: TestDatabase, home: TestDatabase, receiver: Receiver): Promise<Service> {
  const values = {
    'store.url': home.url,
    'watch.sessions-every-ms': 100,
    'watch.counters-every-ms': 1_000,
    'watch.budget-ratio': 1,
    'watch.planned-statements-count': 0,
  };
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cret',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  };
  const flags = new Map(
    Object.entries(values).map(([key, value]) => [key, { option: `--set ${key}`, value }]),
  );
  return startService({
    targets: [unwrap(parseTarget(target.url, {}, 'shop'))],
    settings: unwrap(resolveSettings(settingDefinitions, { flags, environment })),
    environment,
    version: '1.2.3',
    clock: systemClock,
    onProgress: silentProgress,
    log: ({ level, message }) => logged.push(`${level} ${message}`),
    signal: new AbortController().signal,
  });
}

describe.sequential('metrics by OTLP', () => {
  let target: TestDatabase;
  let home: TestDatabase;
  let receiver: Receiver;
  let other: Receiver;
  let first: Service;
  let second: Service;

  /** Points of one metric, request by request. */
  const points = (name: string, from = receiver): readonly OtlpSeen[] =>
    from.received.flatMap(({ body }) => otlpPoints(body, name));
  const latest = (name: string): OtlpSeen | undefined => points(name).at(-1);
  const own = (text: string, from = receiver): readonly OtlpSeen[] =>
    points(CALLS, from).filter(({ attributes }) => attributes['queryid'] === text);
  const agentView = async () => {
    const [watcher] = first.watchers;
    if (watcher === undefined) throw new Error('no watcher');
    const toMs = Date.now();
    return readAgent(first, watcher, { fromMs: toMs - 60_000, toMs });
  };

  beforeAll(async () => {
    receiver = await startReceiver();
    other = await startReceiver();
    home = await createDatabase();
    target = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    await target.query('create table t (a int)');
    for (let call = 0; call < 200; call += 1) await target.query('select count(*) as counted_by_test from t');
    first = await startDaemon(target, home, receiver);
    await until(() => points(COMMITS).length >= 3, 'three requests arrive');
  }, 120_000);

  afterAll(async () => {
    await second.close();
    await receiver.close();
    await other.close();
    await target.close();
    await home.close();
  });

  it('are requests of the schema, each from this pgsteward', () => {
    const sent = receiver.received.map(({ body }) => otlpRequestSchema.parse(body));
    for (const { resourceMetrics } of sent) {
      expect(resourceMetrics).toHaveLength(1);
      expect(otlpAttributes(resourceMetrics[0]?.resource.attributes ?? [])).toMatchObject({
        'service.name': 'pgsteward',
        'service.version': '1.2.3',
        'service.instance.id': expect.stringMatching(/./),
        'deployment.environment.name': 'test',
      });
    }
    expect(receiver.received[0]?.headers.authorization).toBe('Bearer s3cret');
    expect(latest('pg_up')).toMatchObject({ kind: 'gauge', value: 1, attributes: { target: 'shop' } });
    expect(latest('pg_stat_activity_count')?.kind).toBe('gauge');
  });

  it('count on from a constant start', async () => {
    const [entry = {}] = await target.query(
      "select queryid::text, stats_since from pg_stat_statements where query like '%counted_by_test%'",
    );
    const since = entry['stats_since'] as Date;
    await target.query('select count(*) as counted_by_test from t');
    const id = String(entry['queryid']);
    await until(() => own(id).at(-1)?.value === 201, 'the call is counted');
    const calls = own(id);
    expect(new Set(calls.map(({ startMs }) => startMs))).toEqual(new Set([since.getTime()]));
    const commits = points(COMMITS);
    expect(new Set(commits.map(({ startMs }) => startMs)).size).toBe(1);
    expect(commits.map(({ value }) => value)).toEqual(
      commits.map(({ value }) => value).toSorted((a, b) => a - b),
    );
    expect(commits[0]).toMatchObject({ kind: 'sum', unit: '{transaction}' });
  });

  it('begin anew when the statistics are reset', async () => {
    const before = latest(COMMITS);
    await target.query('select pg_stat_reset()');
    const [row = {}] = await target.query(
      'select stats_reset from pg_stat_database where datname = current_database()',
    );
    const resetMs = (row['stats_reset'] as Date).getTime();
    await until(() => latest(COMMITS)?.startMs === resetMs, 'the reset is the start');
    expect(latest(COMMITS)?.value).toBeLessThan(before?.value ?? 0);
    expect(resetMs).toBeGreaterThanOrEqual(before?.timeMs ?? Number.NaN);
  });

  it('wait as long as the receiver asks, and the page of the agent says why', async () => {
    const count = receiver.received.length;
    receiver.answer({ status: 503, headers: { 'retry-after': '3' }, text: 'full of s3cret' });
    await until(() => receiver.received.length > count, 'it is refused');
    const beganMs = performance.now();
    await until(async () => (await agentView()).otlp?.trouble != null, 'it is shown');
    expect((await agentView()).otlp).toMatchObject({
      destination: `http://127.0.0.1:${receiver.port}/…`,
      failuresCount: 1,
      trouble: 'HTTP 503: full of ***',
    });
    await until(() => receiver.received.length > count + 1, 'it is tried again');
    expect(performance.now() - beganMs).toBeGreaterThan(2_500);
    await until(async () => (await agentView()).otlp?.trouble === null, 'all is well');
    expect(logged.filter((line) => line.includes('503'))).toHaveLength(1);
    expect(logged.join('\n')).not.toContain('s3cret');
    expect(first.watchers[0]?.collectors.every(({ failures }) => failures === 0)).toBe(true);
  });

  it('are sent by the agent that leads alone, and scraped from it alone', async () => {
    second = await startDaemon(target, home, other);
    await until(() => second.watchers[0]?.leadership.state === 'following', 'the second stands by');
    const count = receiver.received.length;
    await until(() => receiver.received.length > count + 3, 'the first goes on');
    expect(other.received).toEqual([]);
    expect(await createMetricsReader(second).read()).not.toContain('pg_up');
    expect(await createMetricsReader(first).read()).toContain('pg_up{target="shop"} 1');
  });

  it('go on in another agent from the same start', async () => {
    const lastOf = (from: Receiver): OtlpSeen | undefined => points(COMMITS, from).at(-1);
    await first.close();
    const count = receiver.received.length;
    await until(() => lastOf(other) !== undefined, 'the second sends');
    expect(receiver.received).toHaveLength(count);
    expect(lastOf(other)?.startMs).toBe(lastOf(receiver)?.startMs);
    expect(lastOf(other)?.value).toBeGreaterThan(lastOf(receiver)?.value ?? Number.NaN);
  });
});
