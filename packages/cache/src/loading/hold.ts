import type { CacheCore } from '../core.ts';
import type { Entry } from '../l1/entry.ts';
import { isCurrent } from '../tags.ts';
import type { Reading } from './types.ts';

/** Facts of an entry to be; times by `performance.now()`. */
export interface EntryFacts {
  readonly body: Uint8Array;
  readonly loadedAtMs: number;
  readonly softMs: number;
  readonly hardMs: number;
  readonly loadMs: number;
  readonly lsn: bigint;
}

/** XFetch reaches beyond ten times the load's length once in 22,000 reads: earlier than that nobody needs to ask. */
const EARLIEST_LOADS = 10;

/** Decodes a value and makes the entry that the process may hold. @throws what the codec throws */
export function createEntry(core: CacheCore, reading: Reading, facts: EntryFacts): Entry {
  const { codec, id, tags } = reading.request;
  const { body, loadMs, softMs } = facts;
  const value = codec.decode(body);
  const isShared = codec.isShareable(body);
  // Bytes that came in one packet with others would hold all of them.
  const own = isShared ? null : Uint8Array.prototype.slice.call(body);
  const heldUntilMs =
    core.store === null
      ? facts.hardMs
      : Math.min(facts.hardMs, performance.now() + core.settings['l1.maxAgeMs']);
  return {
    id,
    tags,
    cells: reading.cells,
    versions: reading.versions ?? [],
    settled: isShared && core.l1 !== null ? Promise.resolve(value) : null,
    value: isShared ? value : undefined,
    copy: own === null ? null : () => codec.decode(own),
    loadedAtMs: facts.loadedAtMs,
    loadMs,
    lsn: facts.lsn,
    earlyMs: softMs - EARLIEST_LOADS * loadMs * core.settings.earlyRefreshBeta,
    softMs,
    untilMs: heldUntilMs,
    sizeBytes: body.byteLength + id.length,
  };
}

/** Holds an entry in the process, unless it was invalidated or deleted while it was on its way. */
export function hold(core: CacheCore, reading: Reading, entry: Entry): void {
  if (core.l1 === null) return;
  if (core.deletions.isSince(entry.id, reading.startedMs) || !isCurrent(entry.cells, entry.versions)) return;
  core.tags.hold(entry.tags);
  core.l1.set(entry);
}

/** Whether a reader should start a load in the background. */
export function isRefreshDue(core: CacheCore, entry: Entry, nowMs: number): boolean {
  if (nowMs < entry.earlyMs) return false;
  if (nowMs >= entry.softMs) return true;
  const luckMs = -Math.log(Math.random()) * entry.loadMs * core.settings.earlyRefreshBeta;
  return nowMs + luckMs >= entry.softMs;
}
