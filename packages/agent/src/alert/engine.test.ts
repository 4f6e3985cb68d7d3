import { describe, expect, it } from 'vitest';
import { unwrap } from '../kernel/index.ts';
import { defaultSettings } from '../settings/resolve.ts';
import { type AlertConfig, parseAlertConfig } from './configure/parse.ts';
import { type AlertingOptions, createAlerting } from './engine.ts';
import { createTestClock, createTestSource, readingOf, ruleWith, second } from './fixtures.ts';
import {
  createMemoryDeliveryLog,
  createMemorySilenceStore,
  createMemoryStateStore,
} from './memory-stores.ts';
import { builtInRules } from './registry.ts';
import type { AlertMemory } from './types.ts';

const rule = ruleWith({ forMs: 0 });

function configWith(changes: Partial<AlertConfig> = {}): AlertConfig {
  const channels = [{ name: 'ops', kind: 'webhook', url: 'http://127.0.0.1:1/' }];
  return { ...unwrap(parseAlertConfig({ channels }, defaultSettings)), rules: [rule], ...changes };
}

/** What alerting stands on, all in memory; the target has read 0.9 at second 0. */
function openStage(changes: Partial<AlertingOptions> = {}) {
  const source = createTestSource();
  source.put(readingOf(second(0), 0.9));
  const clock = createTestClock();
  const options: AlertingOptions = {
    config: configWith(),
    settings: defaultSettings,
    sources: { measurements: source },
    state: createMemoryStateStore(),
    silences: createMemorySilenceStore(),
    log: createMemoryDeliveryLog(),
    clock,
    random: () => 0,
    ...changes,
  };
  return { clock, source, options };
}

describe('an evaluation', () => {
  it('puts what is to be told into the queue and remembers it', async () => {
    const { clock, options } = openStage();
    const alerting = await createAlerting(options);
    expect(await alerting.tick()).toMatchObject({
      at: second(0),
      alerts: [{ alert: { status: 'firing' }, muted: null }],
      transitions: [{ from: 'inactive', to: 'firing' }],
      enqueuedCount: 0,
    });
    clock.set(second(30));
    expect(await alerting.tick()).toMatchObject({ transitions: [], enqueuedCount: 1 });
    expect(await options.log.due(second(30))).toMatchObject([{ channel: 'ops' }]);
    expect(await options.state.load()).toMatchObject({
      alerts: [{ status: 'firing' }],
      groups: [{ notifiedAt: second(30) }],
    });
  });

  it('is one when it is asked for twice at once', async () => {
    const { options } = openStage();
    const alerting = await createAlerting(options);
    const [first, second_] = await Promise.all([alerting.tick(), alerting.tick()]);
    expect(second_).toBe(first);
  });

  it('queues nothing twice when the process died before it remembered', async () => {
    let saved: AlertMemory | null = null;
    let isDying = false;
    const state = {
      load: async () => saved,
      save: async (memory: AlertMemory) => {
        if (isDying) throw new Error('killed');
        saved = memory;
      },
    };
    const { clock, options } = openStage({ state });
    const alerting = await createAlerting(options);
    await alerting.tick();
    clock.set(second(30));
    isDying = true;
    await expect(alerting.tick()).rejects.toThrow('killed');
    isDying = false;
    clock.set(second(45));
    expect(await (await createAlerting(options)).tick()).toMatchObject({ enqueuedCount: 1 });
    const [queued, ...others] = await options.log.due(second(45));
    expect(queued?.enqueuedAt).toEqual(second(30));
    expect(others).toEqual([]);
    await options.log.record({
      delivery: queued?.id ?? '',
      channel: 'ops',
      at: second(45),
      status: 'delivered',
      responseStatus: 200,
      error: null,
      durationMs: 1,
      attemptsCount: 1,
      nextAttemptAt: null,
    });
    expect(await options.log.due(second(60))).toEqual([]);
  });

  it('says why nobody is told', async () => {
    const silences = createMemorySilenceStore();
    await silences.add({
      id: 's1',
      matchers: [{ label: 'target', operator: '=', value: 'shop' }],
      startsAt: second(0),
      endsAt: second(600),
      author: 'ada',
      comment: 'known',
    });
    const { clock, options } = openStage({ silences });
    const alerting = await createAlerting(options);
    await alerting.tick();
    clock.set(second(30));
    expect(await alerting.tick()).toMatchObject({
      alerts: [{ muted: { kind: 'silenced', by: 's1' } }],
      enqueuedCount: 0,
    });
  });

  it('goes on without a source that fails, and says which', async () => {
    const { source, options } = openStage();
    const findings = { latest: async () => Promise.reject(new Error('the store is away')) };
    const alerting = await createAlerting({ ...options, sources: { measurements: source, findings } });
    expect(await alerting.tick()).toMatchObject({
      alerts: [{ alert: { status: 'firing' } }],
      failures: [{ what: 'findings', error: 'the store is away' }],
    });
  });

  it('names the rules that have never seen a target', async () => {
    const never = ruleWith({ id: 'never', measurement: 'nothing-count' });
    const { options } = openStage({ config: configWith({ rules: [rule, never] }) });
    expect((await (await createAlerting(options)).tick()).unseen).toEqual([
      { rule: 'never', target: 'shop' },
    ]);
  });

  it('keeps the watchdog firing, by itself', async () => {
    const rules = builtInRules(defaultSettings).filter(({ id }) => id === 'watchdog');
    const { clock, options } = openStage({ config: configWith({ rules }) });
    const alerting = await createAlerting(options);
    for (const seconds of [0, 3_600]) {
      clock.set(second(seconds));
      expect((await alerting.tick()).alerts).toMatchObject([{ alert: { status: 'firing', target: '' } }]);
    }
  });
});

describe("a dead man's switch", () => {
  it('hears of the watchdog each minute where a route says so, and nobody else does', async () => {
    const channel = { kind: 'webhook', url: 'http://127.0.0.1:1/' };
    const channels = ['ops', 'switch'].map((name) => ({ ...channel, name }));
    const route = {
      match: ['alertname="watchdog"'],
      channels: ['switch'],
      'group-wait': 0,
      'group-interval': '1 min',
      'repeat-interval': '1 min',
    };
    const routed = unwrap(parseAlertConfig({ channels, routes: [route] }, defaultSettings));
    const rules = routed.rules.filter(({ id }) => id === 'watchdog');
    const log = createMemoryDeliveryLog();
    const { clock, options } = openStage({ config: { ...routed, rules }, log });
    const alerting = await createAlerting(options);
    for (let seconds = 0; seconds < 300; seconds += 15) {
      clock.set(second(seconds));
      await alerting.tick();
      for (const { id, channel: name, attemptsCount } of await options.log.due(second(seconds))) {
        const attempt = { delivery: id, channel: name, at: second(seconds), status: 'delivered' } as const;
        const rest = { responseStatus: 200, error: null, durationMs: 1, nextAttemptAt: null };
        await log.record({ ...attempt, ...rest, attemptsCount: attemptsCount + 1 });
      }
    }
    expect(log.attempts.map(({ channel: name, at }) => [name, at])).toEqual(
      [0, 60, 120, 180, 240].map((seconds) => ['switch', second(seconds)]),
    );
  });
});

describe('a delivery', () => {
  it('of a channel that is gone is given up', async () => {
    const { clock, options } = openStage();
    const before = await createAlerting(options);
    await before.tick();
    clock.set(second(30));
    await before.tick();
    const after = await createAlerting({ ...options, config: configWith({ channels: [] }) });
    expect(await after.deliver()).toMatchObject([
      { status: 'failed', error: 'there is no such channel any more' },
    ]);
  });

  it('ends after the attempt under way when it is asked to', async () => {
    const { clock, options } = openStage();
    const alerting = await createAlerting(options);
    await alerting.tick();
    clock.set(second(30));
    await alerting.tick();
    expect(await alerting.deliver(AbortSignal.abort())).toEqual([]);
    expect(await options.log.due(second(30))).toHaveLength(1);
  });
});

describe('a dry run', () => {
  it('runs every rule of an id, and names one that there is not', async () => {
    const rules = [rule, ruleWith({ forMs: 0, severity: 'critical', threshold: 0.95 })];
    const { options } = openStage({ config: configWith({ rules }) });
    const alerting = await createAlerting(options);
    const span = { from: second(0), to: second(60) };
    expect(await alerting.dryRun(rule.id, span)).toMatchObject([
      { value: { firedCount: 1 } },
      { value: { firedCount: 0 } },
    ]);
    expect(await alerting.dryRun('none', span)).toMatchObject([{ error: { code: 'ALERT.RULE_UNKNOWN' } }]);
  });
});
