import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChannel } from '../../../packages/agent/src/alert/channels/registry.ts';
import type { WebhookPayload } from '../../../packages/agent/src/alert/channels/webhook/payload.ts';
import { systemResolve } from '../../../packages/agent/src/alert/deliver/addresses.ts';
import { fingerprintOf } from '../../../packages/agent/src/alert/evaluate/fingerprint.ts';
import { notificationWith, notifiedAlertWith } from '../../../packages/agent/src/alert/fixtures.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { until } from '../../support/watching.ts';
import { startAlerting, type TestAlerting } from './alerting.ts';
import { type Alertmanager, startAlertmanager } from './alertmanager.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const EXTERNAL_URL = 'https://pgsteward.example';
/** A minute ago: what Alertmanager is told is over must be over by its own clock. */
const BEGAN_MS = Math.floor(Date.now() / 1_000) * 1_000 - 60_000;
const later = (seconds: number): Date => new Date(BEGAN_MS + seconds * 1_000);

let theirs: Receiver;
let ours: Receiver;
let alertmanager: Alertmanager;
let test: TestAlerting;

beforeAll(async () => {
  theirs = await startReceiver();
  ours = await startReceiver();
  alertmanager = await startAlertmanager(`http://127.0.0.1:${theirs.port}/`, EXTERNAL_URL);
  test = await startAlerting(
    [
      { name: 'am', kind: 'alertmanager', url: `${alertmanager.url}/` },
      { name: 'ops', kind: 'webhook', url: `http://127.0.0.1:${ours.port}/` },
    ],
    { at: later(0) },
  );
});
afterAll(async () => {
  await Promise.all([alertmanager, theirs, ours].map((one) => one.close()));
});

const bodies = ({ received }: Receiver): readonly WebhookPayload[] =>
  received.map(({ body }) => body as WebhookPayload);
const of = (receiver: Receiver, alertname: string, status: string): WebhookPayload | undefined =>
  bodies(receiver).find((one) => one.groupLabels['alertname'] === alertname && one.status === status);

/** The same time is written with and without milliseconds. */
function withTimes(payload: WebhookPayload | undefined): unknown {
  return {
    ...payload,
    alerts: payload?.alerts.map((alert) => ({
      ...alert,
      startsAt: Date.parse(alert.startsAt),
      endsAt: Date.parse(alert.endsAt),
    })),
  };
}

describe('a real Alertmanager', () => {
  it('takes an alert that fires and shows it', async () => {
    await test.read(later(0), 0.9);
    // Side by side: either may be first.
    expect(test.log.attempts.map(({ channel, status }) => `${channel} ${status}`).toSorted()).toEqual([
      'am delivered',
      'ops delivered',
    ]);
    const [shown, ...others] = await alertmanager.alerts();
    expect(others).toEqual([]);
    expect(shown).toMatchObject({
      labels: { alertname: 'nearly-full', severity: 'critical', target: 'shop' },
      annotations: { summary: '90 % of the connections of shop are in use', title: 'Nearly full' },
      generatorURL: `${EXTERNAL_URL}/t/shop/alerts/${String(shown?.['fingerprint'])}`,
      status: { state: 'active' },
    });
    expect(Date.parse(String(shown?.['startsAt']))).toBe(BEGAN_MS);
    const fourHoursMs = 4 * 3_600_000;
    expect(Date.parse(String(shown?.['endsAt']))).toBeGreaterThan(BEGAN_MS + fourHoursMs);
  });

  it('posts to a webhook, key for key, what the channel `webhook` does', async () => {
    await until(() => of(theirs, 'nearly-full', 'firing') !== undefined, 'Alertmanager posts');
    const [their, our] = [theirs, ours].map((receiver) => of(receiver, 'nearly-full', 'firing'));
    expect(Object.keys(our ?? {}).toSorted()).toEqual(Object.keys(their ?? {}).toSorted());
    expect(withTimes(our)).toEqual(withTimes(their));
  });

  it('is told the end, and tells it as the channel `webhook` does', async () => {
    await test.read(later(30), 0.4);
    await until(async () => (await alertmanager.alerts()).length === 0, 'the alert is over');
    await until(() => of(theirs, 'nearly-full', 'resolved') !== undefined, 'Alertmanager posts');
    const [their, our] = [theirs, ours].map((receiver) => of(receiver, 'nearly-full', 'resolved'));
    expect(our?.alerts.map(({ endsAt }) => endsAt)).toEqual([later(30).toISOString()]);
    expect(withTimes(our)).toEqual(withTimes(their));
  });

  it('takes the test of the channel', async () => {
    const { outcome } = unwrap(await test.alerting.testFire('am'));
    expect(outcome).toEqual({ kind: 'delivered', responseStatus: 200 });
    expect(await alertmanager.alerts()).toEqual([]);
  });

  it('takes whatever text a database gives, and counts the same fingerprint', async () => {
    const labels = { alertname: 'hostile', target: 'shop', slot: 'é"\\\n{}=~😀' };
    const alert = notifiedAlertWith({
      labels,
      fingerprint: fingerprintOf(labels),
      annotations: { summary: '</p>{{ .X }}' },
    });
    const config = {
      name: 'am',
      sendResolved: true,
      allowLinkLocal: false,
      url: alertmanager.url,
      token: '',
    };
    const channel = openChannel({ kind: 'alertmanager', ...config }, systemResolve);
    const validUntil = new Date(Date.now() + 60_000);
    const sent = notificationWith({ alerts: [alert], validUntil });
    const outcome = await channel.send(sent, { timeoutMs: 5_000, now: new Date() });
    expect(outcome).toMatchObject({ kind: 'delivered' });
    expect(await alertmanager.alerts()).toMatchObject([{ labels, fingerprint: alert.fingerprint }]);
  });
});
