import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PagerDutyEvent } from '../../../packages/agent/src/alert/channels/pagerduty/payload.ts';
import { second } from '../../../packages/agent/src/alert/fixtures.ts';
import type { Attempt } from '../../../packages/agent/src/alert/index.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { startAlerting } from './alerting.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const SECRET = 'T0AB-B1CD-Xy9secret';
let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

/** A channel of the configuration that leads to the receiver. */
const channel = (kind: string, more: Readonly<Record<string, unknown>> = {}) => ({
  name: kind,
  kind,
  url: `http://127.0.0.1:${receiver.port}/services/${SECRET}`,
  ...more,
});
const start = (
  channels: readonly Readonly<Record<string, unknown>>[],
  overrides: Readonly<Record<string, unknown>> = {},
  addresses: Readonly<Record<string, string>> = {},
) =>
  startAlerting(channels, {
    at: second(0),
    overrides,
    resolve: async (host) => [{ address: addresses[host] ?? '127.0.0.1', family: 4 }],
  });
const shown = (attempts: readonly Attempt[]) =>
  attempts.map(({ status, responseStatus, nextAttemptAt }) => [
    status,
    responseStatus,
    nextAttemptAt === null ? null : (nextAttemptAt.getTime() - second(0).getTime()) / 1_000,
  ]);

describe('what a receiver gets', () => {
  it('is the message that Slack takes', async () => {
    const { read } = await start([channel('slack')]);
    await read(second(0), 0.9);
    await read(second(60), 0.4);
    expect(receiver.received).toMatchObject([
      {
        path: `/services/${SECRET}`,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: {
          text: expect.stringContaining('90 % of the connections of shop are in use'),
          blocks: [{ type: 'header' }, { type: 'section', text: { type: 'mrkdwn' } }],
        },
      },
      { body: { text: expect.stringContaining('[RESOLVED] nearly-full shop') } },
    ]);
  });

  it('is an event that PagerDuty takes, and its end', async () => {
    const { read } = await start([channel('pagerduty', { 'routing-key': SECRET })]);
    await read(second(0), 0.9);
    await read(second(60), 0.4);
    const [opened, closed] = receiver.received.map(({ body }) => body as PagerDutyEvent);
    expect(opened).toMatchObject({
      routing_key: SECRET,
      event_action: 'trigger',
      payload: { source: 'shop', severity: 'critical', summary: expect.stringContaining('90 %') },
    });
    expect(closed).toEqual({
      routing_key: SECRET,
      event_action: 'resolve',
      dedup_key: opened?.dedup_key,
    });
  });

  it('is a card that Teams takes', async () => {
    receiver.answer({ status: 202 });
    const { read, log } = await start([channel('teams')]);
    await read(second(0), 0.9);
    expect(receiver.received).toMatchObject([
      {
        body: {
          type: 'message',
          attachments: [
            {
              contentType: 'application/vnd.microsoft.card.adaptive',
              content: { type: 'AdaptiveCard', version: '1.4' },
            },
          ],
        },
      },
    ]);
    expect(log.attempts).toMatchObject([{ status: 'delivered', responseStatus: 202 }]);
  });

  it('comes with the token of a webhook', async () => {
    const { read } = await start([channel('webhook', { token: SECRET })]);
    await read(second(0), 0.9);
    expect(receiver.received[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  it('is nothing of the end where nobody wants to know', async () => {
    const { read } = await start([channel('slack', { 'send-resolved': false })]);
    await read(second(0), 0.9);
    await read(second(60), 0.4);
    expect(receiver.received).toHaveLength(1);
  });
});

describe('a delivery', () => {
  it('is attempted again after 500, 429 and no answer, and no sooner than the receiver asks', async () => {
    receiver.answer(
      { status: 500, text: SECRET },
      { status: 429, headers: { 'retry-after': '90' } },
      'silence',
    );
    const test = await start([channel('slack')], { 'alert.delivery.timeout-ms': 200 });
    await test.read(second(0), 0.9);
    for (const seconds of [1, 2, 91, 92, 99, 100]) {
      test.clock.set(second(seconds));
      await test.alerting.deliver();
    }
    expect(shown(test.log.attempts)).toEqual([
      ['retry', 500, 2],
      ['retry', 429, 92],
      ['retry', null, 100],
      ['delivered', 200, null],
    ]);
    expect(test.log.attempts[2]?.error).toBe('no answer within 200 ms');
    expect(test.log.attempts.map(({ attemptsCount }) => attemptsCount)).toEqual([1, 2, 3, 4]);
    expect(JSON.stringify(test.log.attempts)).not.toContain(SECRET);
  });

  it('is given up after its last attempt', async () => {
    receiver.answer({ status: 503 }, { status: 503 });
    const test = await start([channel('slack')], { 'alert.delivery.attempts-count': 2 });
    await test.read(second(0), 0.9);
    test.clock.set(second(10));
    await test.alerting.deliver();
    expect(shown(test.log.attempts)).toEqual([
      ['retry', 503, 2],
      ['failed', 503, null],
    ]);
  });

  it.each([
    ['400', { status: 400, text: `invalid_token ${SECRET}` }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
  ])('is not attempted again after %s', async (_, answer) => {
    receiver.answer(answer);
    const test = await start([channel('slack')]);
    await test.read(second(0), 0.9);
    test.clock.set(second(600));
    await test.alerting.deliver();
    expect(shown(test.log.attempts)).toEqual([['failed', answer.status, null]]);
    expect(receiver.received.map(({ path }) => path)).toEqual([`/services/${SECRET}`]);
    expect(JSON.stringify(test.log.attempts)).not.toContain(SECRET);
  });

  it('is refused to a name that leads to the metadata of a cloud', async () => {
    const url = `http://hooks.example:${receiver.port}/${SECRET}`;
    const metadata = { 'hooks.example': '169.254.169.254' };
    const { read, log } = await start([channel('slack', { url })], {}, metadata);
    await read(second(0), 0.9);
    expect(log.attempts).toMatchObject([{ status: 'failed', error: 'refused to connect to hooks.example' }]);
    expect(receiver.received).toEqual([]);
  });

  it('keeps the order of a group, and holds no other group up', async () => {
    receiver.answer({ status: 500 });
    const test = await start([channel('webhook')]);
    await test.read(second(0), 0.9);
    await test.read(second(1), 0.4);
    await test.read(second(1.5), 0.9, 'billing');
    const told = () =>
      receiver.received.map(({ body }) => {
        const { status, groupLabels } = body as {
          readonly status: string;
          readonly groupLabels: { readonly target: string };
        };
        return `${groupLabels.target} ${status}`;
      });
    expect(told()).toEqual(['shop firing', 'billing firing']);
    test.clock.set(second(2));
    await test.alerting.deliver();
    expect(told()).toEqual(['shop firing', 'billing firing', 'shop firing', 'shop resolved']);
  });

  it('goes on after a restart, and nothing is told twice', async () => {
    receiver.answer({ status: 503 });
    const test = await start([channel('webhook')]);
    await test.read(second(0), 0.9);
    const again = await test.restart();
    test.clock.set(second(2));
    await again.tick();
    await again.deliver();
    await again.tick();
    await again.deliver();
    expect(shown(test.log.attempts)).toEqual([
      ['retry', 503, 2],
      ['delivered', 200, null],
    ]);
  });

  it('to one channel is not held up by another', async () => {
    receiver.answer('silence');
    const test = await start([channel('slack'), channel('teams')], { 'alert.delivery.timeout-ms': 200 });
    await test.read(second(0), 0.9);
    const statuses = test.log.attempts.map(({ status }) => status).toSorted();
    expect(statuses).toEqual(['delivered', 'retry']);
  });
});

describe('a test of a channel', () => {
  it('says what went wrong, without the secret', async () => {
    receiver.answer({ status: 403, text: `no such hook /services/${SECRET}` });
    const { alerting } = await start([channel('slack')]);
    expect(unwrap(await alerting.testFire('slack'))).toMatchObject({
      destination: `http://127.0.0.1:${receiver.port}/…`,
      outcome: { kind: 'refused', responseStatus: 403, error: 'HTTP 403: no such hook ***' },
    });
  });

  it('names the channels when there is none of this name', async () => {
    const { alerting } = await start([channel('slack'), channel('teams')]);
    const fired = await alerting.testFire('sms');
    expect(fired.ok ? null : fired.error).toMatchObject({
      code: 'ALERT.CHANNEL_UNKNOWN',
      why: 'The channels are slack, teams.',
    });
  });
});
