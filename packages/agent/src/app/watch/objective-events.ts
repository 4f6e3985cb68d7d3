import {
  countObjectiveEvents,
  type LatencyClass,
  OBJECTIVE_SETTINGS,
  parseLatencyClasses,
} from '../../diagnose/index.ts';
import { displayName, failure } from '../../kernel/index.ts';
import type { Fingerprints } from '../../observe/index.ts';
import type { SampleBatch } from '../../series/index.ts';
import type { Settings } from '../../settings/index.ts';
import { APP_ERRORS } from '../errors.ts';
import type { SlowLook } from './slow-look.ts';

/** Counts the events of the objectives in what is read. */
export interface ObjectiveEvents {
  readonly classes: readonly LatencyClass[];
  of(batches: readonly SampleBatch[]): readonly SampleBatch[];
}

/**
 * Gives the classes of statements that have a service level of their own.
 * @throws APP.USAGE when they are written wrongly
 */
export function latencyClasses(settings: Settings): readonly LatencyClass[] {
  const parsed = parseLatencyClasses(settings.get(OBJECTIVE_SETTINGS.classes));
  if (!('wrong' in parsed)) return parsed.classes;
  const reason = `${OBJECTIVE_SETTINGS.classes.key}: "${parsed.wrong}" is not written as "name: part of the text <= milliseconds"`;
  throw failure(APP_ERRORS.USAGE, { reason, command: 'config' });
}

/**
 * Starts counting.
 * @throws APP.USAGE when the classes of statements are written wrongly
 */
export function createObjectiveEvents(
  settings: Settings,
  fingerprints: Fingerprints,
  slowLook: SlowLook,
): ObjectiveEvents {
  const classes = latencyClasses(settings);
  const minimumRows = settings.get(OBJECTIVE_SETTINGS.indexScanRows);
  const limitMs = settings.get(OBJECTIVE_SETTINGS.p95);
  const known = new Map<string, LatencyClass | null>();
  const classOf = (fingerprint: string): LatencyClass | null => {
    if (classes.length === 0) return null;
    const before = known.get(fingerprint);
    if (before !== undefined) return before;
    const text = fingerprints.textOf(fingerprint)?.toLowerCase();
    if (text === undefined) return null;
    const found = classes.find(({ pattern }) => text.includes(pattern)) ?? null;
    known.set(fingerprint, found);
    return found;
  };
  return {
    classes,
    of: (batches) =>
      countObjectiveEvents(batches, {
        limitMs,
        classOf,
        isLargeTable: ([schema = '', name = '']) =>
          largeTables(slowLook, minimumRows).has(displayName(schema, name)),
      }),
  };
}

const large = new WeakMap<object, ReadonlySet<string>>();

/** Names of the tables that are judged by their scans, as of the last whole look. */
function largeTables(slowLook: SlowLook, minimumRows: number): ReadonlySet<string> {
  const snapshot = slowLook.latest()?.snapshot;
  if (snapshot === undefined || snapshot.sections.tables.status !== 'ok') return new Set();
  const known = large.get(snapshot);
  if (known !== undefined) return known;
  const names = new Set(
    snapshot.sections.tables.data
      .filter(({ liveRows, estimatedRows }) => Math.max(liveRows, estimatedRows ?? 0) >= minimumRows)
      .map(({ schema, name }) => displayName(schema, name)),
  );
  large.set(snapshot, names);
  return names;
}
