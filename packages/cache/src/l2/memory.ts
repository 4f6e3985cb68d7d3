import { CACHE_ERRORS, failure } from '../errors.ts';
import { furthestLsn } from '../lsn.ts';
import type {
  InvalidationMark,
  L2Context,
  L2Driver,
  L2Store,
  StoredRead,
  StoredValue,
  StoreEvent,
  TagVersion,
  Watermark,
} from './types.ts';

/** A shared store within one process: for tests, and for those who write a driver. */
export interface MemoryBackend {
  /** Caches that are given the same driver share values. */
  readonly driver: L2Driver;
  /** Forgets tags as a server short of memory does. */
  evictTags(namespace: string): void;
}

interface Space {
  readonly values: Map<string, { readonly bytes: Uint8Array; readonly untilMs: number }>;
  readonly leases: Map<string, { readonly token: string; readonly untilMs: number }>;
  readonly tags: Map<string, { readonly version: TagVersion; readonly lsn: bigint }>;
  readonly listeners: Set<(event: StoreEvent, origin: object) => void>;
  readonly waiters: Map<string, Set<() => void>>;
  watermark: Watermark | null;
  lastVersion: TagVersion;
}

/** The namespace's version lies among the tags; no tag is empty. */
const NAMESPACE = '';

/** Creates an empty store. */
export function createMemoryBackend(): MemoryBackend {
  const spaces = new Map<string, Space>();
  const spaceOf = (namespace: string): Space => {
    const known = spaces.get(namespace);
    if (known !== undefined) return known;
    const space: Space = {
      values: new Map(),
      leases: new Map(),
      tags: new Map(),
      listeners: new Set(),
      waiters: new Map(),
      watermark: null,
      lastVersion: 0,
    };
    spaces.set(namespace, space);
    return space;
  };
  return {
    driver: {
      kind: 'memory',
      open: (context) => new MemoryStore(spaceOf(context.namespace), context),
    },
    evictTags: (namespace) => spaceOf(namespace).tags.clear(),
  };
}

class MemoryStore implements L2Store {
  readonly #space: Space;
  readonly #namespace: string;
  readonly #hear: (event: StoreEvent, origin: object) => void;
  #isServing = true;

  constructor(space: Space, { namespace, listener }: L2Context) {
    this.#space = space;
    this.#namespace = namespace;
    this.#hear = (event, origin) => {
      // Its own deletions are done already, and may be followed by a value of its own.
      if (event.kind !== 'deleted' || origin !== this) listener(event);
    };
    space.listeners.add(this.#hear);
  }

  get isServing(): boolean {
    return this.#isServing;
  }

  get watermark(): Watermark | null {
    return this.#space.watermark;
  }

  nowMs(): number {
    return performance.timeOrigin + performance.now();
  }

  toOwnMs(atMs: number): number {
    return atMs - performance.timeOrigin;
  }

  async ready(): Promise<void> {
    this.#assertOpen();
  }

  async opened(): Promise<boolean> {
    return this.isServing;
  }

  async read(id: string, tags: readonly string[]): Promise<StoredRead> {
    this.#assertOpen();
    const { values } = this.#space;
    const value = values.get(id);
    if (value !== undefined && value.untilMs <= this.nowMs()) values.delete(id);
    const known = [NAMESPACE, ...tags].map((tag) => this.#tag(tag));
    return {
      bytes: values.get(id)?.bytes ?? null,
      versions: known.map(({ version }) => version),
      lsn: furthestLsn(known.map(({ lsn }) => lsn)),
    };
  }

  readValue(id: string): Promise<StoredRead> {
    return this.read(id, []);
  }

  async lease(id: string, token: string, leaseMs: number): Promise<boolean> {
    this.#assertOpen();
    if (this.#holder(id) !== null) return false;
    this.#space.leases.set(id, { token, untilMs: this.nowMs() + leaseMs });
    return true;
  }

  async renew(id: string, token: string, leaseMs: number): Promise<boolean> {
    if (this.#holder(id) !== token) return false;
    this.#space.leases.set(id, { token, untilMs: this.nowMs() + leaseMs });
    return true;
  }

  async release(id: string, token: string): Promise<void> {
    if (this.#holder(id) !== token) return;
    this.#space.leases.delete(id);
    this.#wake(id);
  }

  async fill(id: string, token: string, { bytes, ttlMs }: StoredValue): Promise<boolean> {
    this.#assertOpen();
    if (this.#holder(id) !== token) return false;
    this.#space.values.set(id, { bytes, untilMs: this.nowMs() + ttlMs });
    await this.release(id, token);
    return true;
  }

  settled(id: string, timeoutMs: number): Promise<void> {
    const { waiters } = this.#space;
    return new Promise((resolve) => {
      const own = waiters.get(id) ?? new Set();
      waiters.set(id, own);
      const end = (): void => {
        clearTimeout(timer);
        own.delete(end);
        if (own.size === 0 && waiters.get(id) === own) waiters.delete(id);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      own.add(end);
    });
  }

  async put(id: string, { bytes, ttlMs }: StoredValue): Promise<void> {
    await this.delete(id);
    this.#space.values.set(id, { bytes, untilMs: this.nowMs() + ttlMs });
  }

  async delete(id: string): Promise<void> {
    this.#assertOpen();
    this.#space.values.delete(id);
    this.#space.leases.delete(id);
    this.#tell({ kind: 'deleted', id });
    this.#wake(id);
  }

  async bump(tags: readonly string[], mark?: InvalidationMark): Promise<readonly TagVersion[]> {
    this.#assertOpen();
    const bumped = tags.map((tag) => {
      const version = this.#nextVersion();
      this.#space.tags.set(tag, { version, lsn: mark?.lsn ?? this.#tag(tag).lsn });
      return [tag, version] as const;
    });
    this.#tell({ kind: 'invalidated', tags: bumped });
    return bumped.map(([, version]) => version);
  }

  async bumpNamespace(): Promise<TagVersion> {
    this.#assertOpen();
    const version = this.#nextVersion();
    this.#space.tags.set(NAMESPACE, { version, lsn: 0n });
    this.#tell({ kind: 'namespace', version });
    return version;
  }

  async advance(lsn: bigint, atMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    this.#assertOpen();
    const watermark = { lsn, atMs: Math.min(atMs, this.nowMs()) };
    this.#space.watermark = watermark;
    this.#tell({ kind: 'watermark', watermark });
  }

  async close(): Promise<void> {
    this.#isServing = false;
    this.#space.listeners.delete(this.#hear);
  }

  #tag(tag: string): { readonly version: TagVersion; readonly lsn: bigint } {
    const known = this.#space.tags.get(tag);
    if (known !== undefined) return known;
    const fresh = { version: this.#nextVersion(), lsn: 0n };
    this.#space.tags.set(tag, fresh);
    return fresh;
  }

  #nextVersion(): TagVersion {
    const { lastVersion } = this.#space;
    this.#space.lastVersion = Math.max(Math.floor(this.nowMs() * 1_000), lastVersion + 1);
    return this.#space.lastVersion;
  }

  #holder(id: string): string | null {
    const lease = this.#space.leases.get(id);
    return lease === undefined || lease.untilMs <= this.nowMs() ? null : lease.token;
  }

  #tell(event: StoreEvent): void {
    for (const hear of this.#space.listeners) hear(event, this);
  }

  #wake(id: string): void {
    for (const wake of [...(this.#space.waiters.get(id) ?? [])]) wake();
  }

  #assertOpen(): void {
    if (!this.#isServing) throw failure(CACHE_ERRORS.CLOSED, { namespace: this.#namespace });
  }
}
