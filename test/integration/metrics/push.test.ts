import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otlpDestination } from '../../../packages/agent/src/app/metrics/otlp-destination.ts';
import { type OtlpPush, pushOtlp } from '../../../packages/agent/src/app/metrics/push-otlp.ts';
import { settingDefinitions } from '../../../packages/agent/src/app/registries.ts';
import { systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { silentTarget } from '../../../packages/agent/src/report/metrics/fixtures.ts';
import { resolveSettings, type Settings } from '../../../packages/agent/src/settings/index.ts';
import { otlpPoints } from '../../support/otlp-schema.ts';
import { until } from '../../support/watching.ts';
import { type Receiver, startReceiver } from '../alert/receiver.ts';

const TOKEN = 'T0KEN, with a comma';

function settingsOf(values: Readonly<Record<string, unknown>>): Settings {
  const flags = new Map(Object.entries(values).map(([key, value]) => [key, { option: '--set', value }]));
  return unwrap(resolveSettings(settingDefinitions, { flags }));
}

let receiver: Receiver;
let abort: AbortController;
let push: OtlpPush;
let logged: string[];

/** Begins to send a reading, a second older each time. */
function start(values: Readonly<Record<string, unknown>> = {}, seen: { reads: number } = { reads: 0 }): void {
  const settings = settingsOf({
    'otlp.endpoint': `http://127.0.0.1:${receiver.port}/hidden-path/`,
    'otlp.headers': `authorization=Bearer%20${encodeURIComponent(TOKEN)},x-scope=a`,
    ...values,
  });
  const destination = otlpDestination(settings, '1.2.3');
  if (destination === null) throw new Error('no destination');
  push = pushOtlp({
    target: 'shop',
    read: async () => {
      seen.reads += 1;
      return silentTarget(seen.reads);
    },
    destination,
    settings,
    version: '1.2.3',
    clock: systemClock,
    signal: abort.signal,
    // No wait before the first request, and none but what the receiver asks for.
    random: () => 0,
    log: ({ level, message }) => logged.push(`${level} ${message}`),
  });
}

const runs = (index: number): number | undefined =>
  otlpPoints(receiver.received[index]?.body, 'pgsteward_collector_runs_total')[0]?.value;

describe('sending metrics', () => {
  beforeEach(async () => {
    receiver = await startReceiver();
    abort = new AbortController();
    logged = [];
  });

  afterEach(async () => {
    abort.abort();
    await push.done;
    await receiver.close();
  });

  it('posts compressed JSON with the headers, below the path of the endpoint', async () => {
    start();
    await until(() => push.status.sentCount === 1, 'it arrives');
    expect(receiver.received[0]).toMatchObject({
      path: '/hidden-path/v1/metrics',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-encoding': 'gzip',
        authorization: `Bearer ${TOKEN}`,
        'x-scope': 'a',
      },
    });
    expect(push.status).toMatchObject({
      destination: `http://127.0.0.1:${receiver.port}/…`,
      failuresCount: 0,
      trouble: null,
    });
    expect(logged).toEqual([]);
  });

  it.each([429, 502, 503, 504])(
    'sends the same again after %i, no sooner than it is asked to',
    async (status) => {
      receiver.answer({ status, headers: { 'retry-after': '1' }, text: 'busy' });
      start();
      const beganMs = performance.now();
      await until(() => push.status.sentCount === 1, 'it arrives');
      expect(performance.now() - beganMs).toBeGreaterThan(950);
      expect(receiver.received[1]?.body).toEqual(receiver.received[0]?.body);
      expect(push.status).toMatchObject({ failuresCount: 1, trouble: null });
      const place = `metrics to http://127.0.0.1:${receiver.port}/…`;
      expect(logged).toEqual([`warn ${place}: HTTP ${status}: busy`, `info ${place}: they arrive again`]);
    },
  );

  it('lets a newer reading take the place of one that must wait for longer', async () => {
    receiver.answer({ status: 503, headers: { 'retry-after': '2' } });
    start({ 'otlp.every-ms': 1_000 });
    const beganMs = performance.now();
    await until(() => push.status.sentCount === 1, 'it arrives');
    expect(performance.now() - beganMs).toBeGreaterThan(1_950);
    expect([runs(0), runs(1)]).toEqual([1, 2]);
  });

  it.each([400, 413, 500, 501])('does not send again what was refused with %i', async (status) => {
    receiver.answer({ status, text: `no ${TOKEN} at hidden-path` });
    start({ 'otlp.every-ms': 1_000 });
    await until(() => push.status.sentCount === 1, 'the next arrives');
    expect([runs(0), runs(1)]).toEqual([1, 2]);
    expect(logged[0]).toContain(`HTTP ${status}: no *** at ***`);
  });

  it('does not tell start times on from points that never arrived', async () => {
    receiver.answer({ status: 400 });
    start({ 'otlp.every-ms': 1_000 });
    await until(() => push.status.sentCount === 2, 'two arrive');
    const starts = receiver.received.map(
      ({ body }) => otlpPoints(body, 'pgsteward_collector_failures_total')[0]?.startMs,
    );
    expect(new Set(starts).size).toBe(1);
  });

  it('tells what a receiver did not take', async () => {
    const partialSuccess = { rejectedDataPoints: '3', errorMessage: `too old for ${TOKEN}` };
    receiver.answer({ status: 200, text: JSON.stringify({ partialSuccess }) });
    start({ 'otlp.every-ms': 1_000 });
    await until(() => logged.length === 2, 'both are told');
    expect(logged[0]).toContain('3 points rejected: too old for ***');
    expect(logged[1]).toContain('they arrive again');
    expect(push.status.failuresCount).toBe(0);
  });

  it.each(['{}', '{"partialSuccess":{}}', '{"partialSuccess":null}', 'null', '', 'OK'])(
    'takes %j for all taken',
    async (text) => {
      receiver.answer({ status: 200, text });
      start();
      await until(() => push.status.sentCount === 1, 'it arrives');
      expect(push.status.trouble).toBeNull();
    },
  );

  it('goes on when a receiver that was away is back', async () => {
    const { port } = receiver;
    await receiver.close();
    start({ 'otlp.every-ms': 1_000 });
    await until(() => push.status.failuresCount > 0, 'it fails');
    expect(push.status.trouble).toContain('ECONNREFUSED');
    receiver = await startReceiver(port);
    await until(() => push.status.sentCount > 0, 'it arrives');
  });

  it('gives a silent receiver up in time', async () => {
    receiver.answer('silence');
    start({ 'otlp.timeout-ms': 300 });
    await until(() => push.status.sentCount === 1, 'it is given up and tried again');
    expect(logged[0]).toContain('no answer within 300 ms');
  });

  it('holds the end of the daemon up by no silent receiver', async () => {
    receiver.answer('silence');
    start();
    await until(() => receiver.received.length === 1, 'it is under way');
    const beganMs = performance.now();
    abort.abort();
    await push.done;
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    expect(logged).toEqual([]);
  });
});

describe('the destination', () => {
  const read = (values: Readonly<Record<string, unknown>>) => otlpDestination(settingsOf(values), '1.2.3');

  it('is none without an endpoint, and the whole address of metrics where there is one', () => {
    expect(read({})).toBeNull();
    expect(read({ 'otlp.endpoint': 'http://a:4318' })?.url).toBe('http://a:4318/v1/metrics');
    const both = { 'otlp.endpoint': 'http://a:4318', 'otlp.metrics-endpoint': 'https://b/otlp?k=1' };
    expect(read(both)?.url).toBe('https://b/otlp?k=1');
  });

  it('says who sends, and what its owner adds', () => {
    const resource = read({
      'otlp.endpoint': 'http://a',
      'otlp.resource-attributes': 'deployment.environment.name=pr%20od, service.instance.id=one,',
    })?.resource;
    expect(resource).toEqual({
      'service.name': 'pgsteward',
      'service.version': '1.2.3',
      'service.instance.id': 'one',
      'deployment.environment.name': 'pr od',
    });
  });

  it.each([
    [{ 'otlp.endpoint': 'localhost:4318' }, 'OTLP.ENDPOINT_INVALID'],
    [{ 'otlp.metrics-endpoint': 's3cret' }, 'OTLP.ENDPOINT_INVALID'],
    [{ 'otlp.endpoint': 'http://a', 'otlp.headers': 's3cret' }, 'OTLP.LIST_INVALID'],
    [{ 'otlp.endpoint': 'http://a', 'otlp.headers': 'a=b,s3 cret=x' }, 'OTLP.LIST_INVALID'],
    [{ 'otlp.endpoint': 'http://a', 'otlp.headers': 'a=s3cret%0Ax' }, 'OTLP.LIST_INVALID'],
    [{ 'otlp.endpoint': 'http://a', 'otlp.headers': 'a=s3cret%' }, 'OTLP.LIST_INVALID'],
  ])('refuses %j, and shows nothing of it', (values, code) => {
    try {
      read(values);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code });
      expect(JSON.stringify(error)).not.toContain('s3cret');
      expect((error as Error).message).not.toContain('s3');
    }
  });
});
