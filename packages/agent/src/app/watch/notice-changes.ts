import { type Identity, isSameRun } from '../../postgres/index.ts';
import type { StoredEvent } from '../../series/index.ts';

/** What happened to a target while it was not seen. */
export interface Changes {
  readonly events: readonly StoredEvent[];
  /** Whether counters that were read before mean nothing any more. */
  readonly isNewBeginning: boolean;
}

/** The target as it was last seen, and now. */
export interface Reunion {
  /** Null at the first meeting. */
  readonly before: Identity | null;
  readonly now: Identity;
  readonly at: Date;
  /** How long it was not seen, in milliseconds. */
  readonly silentMs: number;
  /** Silence from which counters are not compared over it. */
  readonly longMs: number;
}

/** Tells what happened to the target while it was not seen: restart, failover, upgrades, or only a gap. */
export function noticeChanges({ before, now, at, silentMs, longMs }: Reunion): Changes {
  if (before === null) return { events: [], isNewBeginning: true };
  const subject = now.database;
  const hasBegunAnew = !isSameRun(before, now);
  // One that was there already while the other one was last seen cannot be the same, restarted.
  const isAnother = now.startedAt.getTime() !== before.startedAt.getTime() && now.startedAt < before.readAt;
  const silence = { silentMs: Math.round(silentMs) };
  const startedAt = (now.checkpointerStartedAt ?? now.startedAt).toISOString();
  const events: StoredEvent[] = [];
  if (hasBegunAnew && !isAnother) {
    events.push({ at, kind: 'restart', subject, detail: { startedAt, ...silence } });
  } else if (!hasBegunAnew && silentMs > longMs) {
    events.push({ at, kind: 'gap', subject, detail: silence });
  }
  if (before.version !== now.version) {
    const detail = { before: before.version, after: now.version };
    events.push({ at, kind: 'version', subject: 'PostgreSQL', detail });
  }
  if (isAnother || before.isInRecovery !== now.isInRecovery) {
    const after = isAnother ? `another ${roleOf(now)}` : roleOf(now);
    const detail = { before: roleOf(before), after, startedAt, ...silence };
    events.push({ at, kind: 'failover', subject, detail });
  }
  return {
    events: [...events, ...extensionEvents(before, now, at)],
    isNewBeginning: hasBegunAnew || silentMs > longMs,
  };
}

/** Tells whether nothing happened between two looks that {@link noticeChanges} would tell. */
export function isUnchanged(before: Identity, now: Identity): boolean {
  return (
    isSameRun(before, now) &&
    before.isInRecovery === now.isInRecovery &&
    extensionEvents(before, now, now.readAt).length === 0
  );
}

function roleOf({ isInRecovery }: Identity): string {
  return isInRecovery ? 'standby' : 'primary';
}

function extensionEvents(before: Identity, now: Identity, at: Date): readonly StoredEvent[] {
  const versions = (from: Identity): ReadonlyMap<string, string> =>
    new Map(from.extensions.map(({ name, version }) => [name, version]));
  const [earlier, later] = [versions(before), versions(now)];
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .filter((name) => earlier.get(name) !== later.get(name))
    .map((name) => ({
      at,
      kind: 'extension',
      subject: name,
      detail: { before: earlier.get(name) ?? null, after: later.get(name) ?? null },
    }));
}
