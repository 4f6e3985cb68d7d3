import {
  createTestClock,
  createTestSource,
  readingOf,
  type TestClock,
} from '../../../packages/agent/src/alert/fixtures.ts';
import {
  type Alerting,
  type AlertingOptions,
  alertSettings,
  createAlerting,
  createMemoryDeliveryLog,
  createMemorySilenceStore,
  createMemoryStateStore,
  type MemoryDeliveryLog,
  parseAlertConfig,
} from '../../../packages/agent/src/alert/index.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { settingsWith } from '../../support/check.ts';

/** The rule of these tests: fires at once above 0.8, is over at once at 0.5. */
const RULE = {
  id: 'nearly-full',
  title: 'Nearly full',
  severity: 'critical',
  measurement: 'connections-used-ratio',
  threshold: 0.8,
  'recover-threshold': 0.5,
  'keep-firing': 0,
  summary: '{value} of the connections of {target} are in use',
};

/** Alerting of one rule over values that a test gives, by a clock that it moves. */
export interface TestAlerting {
  readonly clock: TestClock;
  readonly log: MemoryDeliveryLog;
  readonly alerting: Alerting;
  /** Moves the clock, reads a value of a target, evaluates and delivers. */
  read(at: Date, value: number, target?: string): Promise<void>;
  /** Alerting that begins anew on the same stores. */
  restart(): Promise<Alerting>;
}

/** Starts alerting with channels as the configuration file writes them. */
export async function startAlerting(
  channels: readonly Readonly<Record<string, unknown>>[],
  {
    at,
    overrides = {},
    ...rest
  }: { readonly at: Date; readonly overrides?: Readonly<Record<string, unknown>> } & Pick<
    AlertingOptions,
    'resolve'
  >,
): Promise<TestAlerting> {
  const settings = settingsWith(alertSettings, {
    'alert.group-wait-ms': 0,
    'alert.group-interval-ms': 1_000,
    'alert.external-url': 'https://pgsteward.example',
    ...overrides,
  });
  const config = unwrap(parseAlertConfig({ channels, rules: [RULE] }, settings));
  const source = createTestSource(['shop', 'billing']);
  const clock = createTestClock(at);
  const log = createMemoryDeliveryLog();
  const options: AlertingOptions = {
    config: { ...config, rules: config.rules.filter(({ id }) => id === RULE.id) },
    settings,
    sources: { measurements: source },
    state: createMemoryStateStore(),
    silences: createMemorySilenceStore(),
    log,
    clock,
    random: () => 1,
    ...rest,
  };
  const alerting = await createAlerting(options);
  return {
    clock,
    log,
    alerting,
    read: async (now, value, target = 'shop') => {
      clock.set(now);
      source.put(readingOf(now, value, { target }));
      await alerting.tick();
      await alerting.deliver();
    },
    restart: () => createAlerting(options),
  };
}
