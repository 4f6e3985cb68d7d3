import { type Check, type Diagnosis, type Finding, runOne } from '../../packages/agent/src/diagnose/index.ts';
import { silentProgress, systemClock, unwrap } from '../../packages/agent/src/kernel/index.ts';
import {
  type HistoryFacts,
  OBSERVE_SETTINGS,
  type Observation,
  subtract,
  takeCounters,
  takeSnapshot,
} from '../../packages/agent/src/observe/index.ts';
import { type AnySetting, resolveSettings, type Settings } from '../../packages/agent/src/settings/index.ts';
import type { TestDatabase } from './index.ts';
import { openTestSession } from './session.ts';

/** Options of an observation in a test. */
export interface ObserveTestOptions {
  /** Values by setting key, as `--set` would give them. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Runs between the two snapshots; without it one snapshot is taken. */
  readonly between?: () => Promise<void>;
  /** Connects as another role. */
  readonly url?: string;
}

/** Observes a test database and runs one check on it: what the check finds and what it could not see. */
export async function diagnoseWith(
  check: Check,
  db: TestDatabase,
  options: ObserveTestOptions = {},
): Promise<Diagnosis> {
  const definitions = [...Object.values(OBSERVE_SETTINGS), ...Object.values(check.settings)];
  const settings = settingsWith(definitions, options.overrides ?? {});
  const diagnosis = runOne(check, await observe(options.url ?? db.url, settings, options.between), settings);
  const failed = diagnosis.unavailable.find((gap) => gap.reason.startsWith('the check failed'));
  if (failed !== undefined) throw new Error(`${failed.id}: ${failed.reason}`);
  return diagnosis;
}

/** Observes a test database and gives what one check finds. */
export async function findingsOf(
  check: Check,
  db: TestDatabase,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<readonly Finding[]> {
  return (await diagnoseWith(check, db, { overrides })).findings;
}

/** Resolves settings with some values given. */
export function settingsWith(
  definitions: readonly AnySetting[],
  overrides: Readonly<Record<string, unknown>>,
): Settings {
  const flags = Object.entries(overrides).map(([key, value]) => [key, { option: '--set', value }] as const);
  return unwrap(resolveSettings(definitions, { flags: new Map(flags) }));
}

/** Takes a snapshot, and with `between` an interval around it. */
export async function observe(
  url: string,
  settings: Settings,
  between?: () => Promise<void>,
): Promise<Observation> {
  const session = await openTestSession(url);
  try {
    const options = { settings, clock: systemClock, onProgress: silentProgress };
    const snapshot = await takeSnapshot(session, options);
    if (between === undefined) return { snapshot, interval: null, plans: null };
    await between();
    return {
      snapshot,
      interval: subtract(snapshot.sections, await takeCounters(session, options)),
      plans: null,
    };
  } finally {
    await session.close();
  }
}

/** Runs a check that judges the history alone. @param facts what the history tells; null where there is none */
export function diagnoseHistory(
  check: Check,
  facts: Partial<HistoryFacts> | null,
  overrides: Readonly<Record<string, unknown>> = {},
): Diagnosis {
  const none: HistoryFacts = {
    comparedWith: 'the last 23 hours',
    planChanges: [],
    sequences: [],
    databaseBytes: [],
    matviews: [],
    statements: [],
    load: null,
    self: null,
    collectors: [],
  };
  // Such a check needs no part of a snapshot but the name of the database.
  const snapshot = { sections: {}, server: { database: 'test' } } as unknown as Observation['snapshot'];
  const history = facts === null ? {} : { history: { ...none, ...facts } };
  return runOne(
    check,
    { snapshot, interval: null, plans: null, ...history },
    settingsWith(Object.values(check.settings), overrides),
  );
}
