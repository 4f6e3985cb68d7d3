import { describe, expect, it } from 'vitest';
import type { Channel } from './channels/types.ts';
import type { Outcome } from './deliver/outcome.ts';
import { createTestClock, second } from './fixtures.ts';
import { testFire } from './test-fire.ts';
import type { Notification } from './types.ts';

/** A channel that remembers what it was sent, and answers as it is told. */
function channelWith(outcome: Outcome, isToldResolved = true) {
  const sent: Notification[] = [];
  const channel: Channel = {
    name: 'ops',
    kind: 'webhook',
    destination: 'https://hooks.example/…',
    isToldResolved,
    send: async (notification) => {
      sent.push(notification);
      return outcome;
    },
  };
  return { channel, sent };
}

const options = { clock: createTestClock(second(0)), timeoutMs: 1_000, externalUrl: '' };
const DELIVERED: Outcome = { kind: 'delivered', responseStatus: 200 };

describe('a test of a channel', () => {
  it('is marked as one and over at once', async () => {
    const { channel, sent } = channelWith(DELIVERED);
    expect(await testFire(channel, options)).toEqual({
      channel: 'ops',
      destination: 'https://hooks.example/…',
      at: second(0),
      durationMs: 0,
      outcome: DELIVERED,
    });
    expect(sent.map(({ status }) => status)).toEqual(['firing', 'resolved']);
    const [fired, over] = sent.map(({ alerts, groupKey }) => ({ ...alerts[0], groupKey }));
    expect(fired).toMatchObject({
      labels: { alertname: 'pgsteward-test', severity: 'info', channel: 'ops' },
      annotations: { summary: expect.stringMatching(/^TEST:/) },
      endsAt: null,
    });
    expect(over).toMatchObject({
      fingerprint: fired?.fingerprint,
      groupKey: fired?.groupKey,
      endsAt: second(0),
    });
  });

  it('is one message where nobody is told what is over', async () => {
    const { channel, sent } = channelWith(DELIVERED, false);
    await testFire(channel, options);
    expect(sent.map(({ status }) => status)).toEqual(['firing']);
  });

  it('says what went wrong and tries no further', async () => {
    const refused: Outcome = { kind: 'refused', responseStatus: 403, error: 'HTTP 403' };
    const { channel, sent } = channelWith(refused);
    expect((await testFire(channel, options)).outcome).toEqual(refused);
    expect(sent).toHaveLength(1);
  });
});
