import { type Check, type Diagnosis, runOne } from '../../packages/agent/src/diagnose/index.ts';
import {
  OBSERVE_SETTINGS,
  type Observation,
  type Sections,
  type SettingFacts,
  type Snapshot,
} from '../../packages/agent/src/observe/index.ts';
import { observe, settingsWith } from './check.ts';
import type { TestDatabase } from './index.ts';

/** Takes a real observation of a test database, to lay faults over it that no test can produce for real. */
export function observeDatabase(db: TestDatabase, url: string = db.url): Promise<Observation> {
  return observe(url, settingsWith(Object.values(OBSERVE_SETTINGS), {}));
}

/** Lays other values over parts of a real observation. */
export function replaceSections(observation: Observation, data: Partial<Sections>): Observation {
  const readAt = observation.snapshot.takenAt;
  const replaced = Object.entries(data).map(([name, value]) => [
    name,
    { status: 'ok', data: value, readAt, tookMs: 0 },
  ]);
  const sections = {
    ...observation.snapshot.sections,
    ...Object.fromEntries(replaced),
  } as Snapshot['sections'];
  return { ...observation, snapshot: { ...observation.snapshot, sections } };
}

/** Gives the data of a part that a real observation read. */
export function sectionOf<K extends keyof Sections>(observation: Observation, name: K): Sections[K] {
  const section = observation.snapshot.sections[name];
  if (section.status !== 'ok') throw new Error(`${name}: ${section.reason}`);
  return section.data as Sections[K];
}

/** Server settings of a real observation, some with another value; sizes and times in bytes and ms. */
export function replaceSettings(
  observation: Observation,
  values: Readonly<Record<string, string | number>>,
): ReadonlyMap<string, SettingFacts> {
  const settings = new Map(sectionOf(observation, 'serverSettings'));
  for (const [name, value] of Object.entries(values)) {
    const real = settings.get(name);
    if (real === undefined) throw new Error(`no server setting ${name}`);
    settings.set(name, { ...real, value: String(value), number: typeof value === 'number' ? value : null });
  }
  return settings;
}

/** Runs one check on an observation. */
export function diagnoseObservation(
  check: Check,
  observation: Observation,
  overrides: Readonly<Record<string, unknown>> = {},
): Diagnosis {
  const diagnosis = runOne(check, observation, settingsWith(Object.values(check.settings), overrides));
  const failed = diagnosis.unavailable.find((gap) => gap.reason.startsWith('the check failed'));
  if (failed !== undefined) throw new Error(`${failed.id}: ${failed.reason}`);
  return diagnosis;
}
