import { randomUUID } from 'node:crypto';
import { CACHE_ERRORS, type CacheError, failure } from '../errors.ts';
import type {
  InvalidationMark,
  L2Context,
  L2Store,
  StoredRead,
  StoredValue,
  StoreEvent,
  TagVersion,
  Watermark,
} from '../l2/types.ts';
import { asBuffer } from '../value/bytes.ts';
import type { RedisClient } from './client.ts';
import { bumpedVersions, createFeed, type RedisFeed } from './feed.ts';
import { type RedisKeys, redisKeys } from './keys.ts';
import { createLink, type RedisLink, translate } from './link.ts';
import { createReadBatch, type ReadBatch } from './read-batch.ts';
import { createRecentBumps } from './recent-bumps.ts';
import {
  ADVANCE,
  BUMP,
  BUMP_NAMESPACE,
  FILL,
  RELEASE_LEASE,
  RENEW_LEASE,
  REPLACE,
  type RedisScript,
  runScript,
  TAKE_LEASE,
  TELL_ALL,
} from './scripts.ts';
import type { Vitals } from './vitals.ts';
import { createWatch, type RedisWatch } from './watch.ts';

/** A process that finds a server younger than this takes it for one that has read an old snapshot from its disk. */
const YOUNG_MS = 120_000;
/** INFO gives the age of a server in whole seconds. */
const AGE_GRAIN_MS = 2_000;
/** A script of more would hold up other clients. */
const TAGS_PER_SCRIPT = 500;

/** The shared store in Redis: a client, its subscription, and the watch over both. */
export class RedisStore implements L2Store {
  readonly #client: RedisClient;
  readonly #context: L2Context;
  readonly #keys: RedisKeys;
  readonly #origin: string = randomUUID().slice(0, 8);
  readonly #recent = createRecentBumps();
  readonly #link: RedisLink;
  readonly #feed: RedisFeed;
  readonly #watch: RedisWatch;
  readonly #batch: ReadBatch;
  readonly #listening: readonly (readonly [event: string, listener: (...details: unknown[]) => void])[];
  #watermark: Watermark | null = null;
  /** What the client was told when it connected: a better reason than that it is not connected. */
  #refusal: CacheError | null = null;
  #noteFailure: () => void = () => undefined;
  readonly #failure: Promise<false> = new Promise((resolve) => {
    this.#noteFailure = () => resolve(false);
  });

  constructor(client: RedisClient, context: L2Context, timeoutMs: number) {
    this.#client = client;
    this.#context = context;
    this.#keys = redisKeys(context.namespace);
    this.#watch = createWatch({
      client,
      keys: this.#keys,
      link: () => this.#link,
      feed: () => this.#feed,
      onEvent: context.listener,
      onWatermark: (watermark) => this.#advanceTo(watermark),
      repair: (vitals, silentMs) => this.#repair(vitals, silentMs),
    });
    this.#link = createLink(client, { timeoutMs, onLost: (error) => this.#watch.lose(error) });
    this.#batch = createReadBatch({
      client,
      link: this.#link,
      keys: this.#keys,
      tagTtlMs: context.tagTtlMs,
    });
    this.#feed = createFeed({
      client,
      keys: this.#keys,
      origin: this.#origin,
      onEvent: (event, isOwn) => this.#hear(event, isOwn),
      onSubscribed: () => this.#watch.look(),
      onTrouble: (error) => this.#complain(error),
    });
    this.#listening = [
      ['ready', () => this.#watch.look()],
      ['close', () => this.#lose()],
      // A client without a listener would end the process.
      ['error', (error) => this.#complain(translate(error))],
    ];
    for (const [event, listener] of this.#listening) client.on(event, listener);
    if (client.status === 'wait') client.connect().catch(() => undefined);
    this.#watch.look();
  }

  get isServing(): boolean {
    return this.#watch.isServing && this.#link.isConnected;
  }

  get watermark(): Watermark | null {
    return this.#watermark;
  }

  nowMs(): number {
    return this.#watch.clock.nowMs();
  }

  toOwnMs(atMs: number): number {
    return this.#watch.clock.toOwnMs(atMs);
  }

  async ready(timeoutMs: number): Promise<void> {
    if (await this.#watch.serves(timeoutMs)) return;
    throw this.#refusal ?? this.#watch.trouble ?? failure(CACHE_ERRORS.STORE_TIMEOUT, { timeoutMs });
  }

  async opened(timeoutMs: number): Promise<boolean> {
    if (this.isServing || this.#watch.hasServed) return this.isServing;
    return Promise.race([this.#failure, this.#watch.serves(timeoutMs)]);
  }

  read(id: string, tags: readonly string[]): Promise<StoredRead> {
    return this.#batch.read(id, tags);
  }

  readValue(id: string): Promise<StoredRead> {
    return this.#batch.read(id, []);
  }

  async lease(id: string, token: string, leaseMs: number): Promise<boolean> {
    return (await this.#run(TAKE_LEASE, [this.#keys.lease(id)], [token, whole(leaseMs)])) === 1;
  }

  async renew(id: string, token: string, leaseMs: number): Promise<boolean> {
    return (await this.#run(RENEW_LEASE, [this.#keys.lease(id)], [token, whole(leaseMs)])) === 1;
  }

  async release(id: string, token: string): Promise<void> {
    await this.#run(RELEASE_LEASE, [this.#keys.lease(id)], [token, this.#keys.fills, id]);
  }

  async fill(id: string, token: string, { bytes, ttlMs }: StoredValue): Promise<boolean> {
    const keys = [this.#keys.lease(id), this.#keys.value(id)];
    const values = [token, this.#keys.fills, id, asBuffer(bytes), whole(ttlMs)];
    return (await this.#run(FILL, keys, values)) === 1;
  }

  settled(id: string, timeoutMs: number): Promise<void> {
    return this.#feed.settled(id, timeoutMs);
  }

  async put(id: string, { bytes, ttlMs }: StoredValue): Promise<void> {
    await this.#replace(id, asBuffer(bytes), String(whole(ttlMs)));
  }

  async delete(id: string): Promise<void> {
    await this.#replace(id, '', '');
  }

  async bump(tags: readonly string[], mark: InvalidationMark = {}): Promise<readonly TagVersion[]> {
    this.#recent.add(tags);
    const versions: TagVersion[] = [];
    for (let begin = 0; begin < tags.length; begin += TAGS_PER_SCRIPT) {
      versions.push(...(await this.#bumpSome(tags.slice(begin, begin + TAGS_PER_SCRIPT), mark)));
    }
    return versions;
  }

  async #bumpSome(tags: readonly string[], mark: InvalidationMark): Promise<readonly TagVersion[]> {
    const { tagTtlMs } = this.#context;
    const keys = tags.map((tag) => this.#keys.tag(tag));
    const lsn = mark.lsn?.toString() ?? '';
    if (!this.#client.isCluster) {
      const told = [this.#keys.channel, this.#origin, JSON.stringify(tags)];
      const answer = await this.#run(BUMP, [...keys, this.#keys.sequence], [tagTtlMs, lsn, ...told]);
      return bumpedVersions(String(answer), tags.length);
    }
    // Each tag has its own slot; the word goes out when all of them are done.
    const answers = await Promise.all(keys.map((key) => this.#run(BUMP, [key], [tagTtlMs, lsn, ''])));
    const versions = answers.map(Number);
    await this.#tell(`b ${versions.join(',')} ${JSON.stringify(tags)}`);
    return versions;
  }

  async bumpNamespace(): Promise<TagVersion> {
    return this.#bumpNamespace('', '');
  }

  async advance(lsn: bigint, atMs?: number): Promise<void> {
    const { watermark, sequence, channel } = this.#keys;
    const at = atMs === undefined ? '' : String(Math.floor(atMs));
    await this.#run(ADVANCE, [watermark, sequence], [channel, this.#origin, lsn.toString(), at]);
  }

  async close(): Promise<void> {
    for (const [event, listener] of this.#listening) this.#client.off(event, listener);
    this.#watch.close();
    this.#feed.close();
    this.#link.close();
  }

  async #replace(id: string, bytes: string | Buffer, ttlMs: string): Promise<void> {
    const keys = [this.#keys.lease(id), this.#keys.value(id)];
    await this.#run(REPLACE, keys, ['', this.#keys.fills, id, bytes, ttlMs]);
    await this.#tell(`d - ${JSON.stringify(id)}`);
  }

  async #bumpNamespace(marker: string, markerMs: string): Promise<TagVersion> {
    const { namespace, sequence, channel } = this.#keys;
    const keys = [namespace, sequence, `${namespace}:${marker}`];
    return Number(await this.#run(BUMP_NAMESPACE, keys, [channel, this.#origin, markerMs]));
  }

  /**
   * A server that took over has lost what was not replicated: the invalidations of the last minute are repeated. One that
   * started anew may hold values and tags as they were long ago: none of that is worth anything, once for all processes.
   */
  async #repair({ identity, uptimeMs }: Vitals, silentMs: number | null): Promise<void> {
    if (uptimeMs < (silentMs === null ? YOUNG_MS : silentMs + AGE_GRAIN_MS)) {
      await this.#bumpNamespace(identity, String(YOUNG_MS));
      return;
    }
    if (silentMs === null) return;
    const recent = this.#recent.list();
    if (recent === null) await this.bumpNamespace();
    else await this.bump(recent);
  }

  #complain(error: CacheError): void {
    this.#noteFailure();
    if (error.code === CACHE_ERRORS.STORE_REFUSED.code) this.#refusal = error;
    this.#context.listener({ kind: 'trouble', error });
  }

  #lose(): void {
    this.#noteFailure();
    this.#watch.lose(gone());
  }

  #hear(event: StoreEvent, isOwn: boolean): void {
    if (event.kind === 'invalidated' && !isOwn) this.#recent.add(event.tags.map(([tag]) => tag));
    if (event.kind === 'watermark') this.#advanceTo(event.watermark);
    this.#context.listener(event);
  }

  #advanceTo(watermark: Watermark): void {
    this.#watermark = watermark;
  }

  async #tell(message: string): Promise<void> {
    await this.#run(TELL_ALL, [this.#keys.sequence], [this.#keys.channel, `${this.#origin} ${message}`]);
  }

  #run(
    script: RedisScript,
    keys: readonly string[],
    values: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    return this.#link.send(() => runScript(this.#client, script, keys, values));
  }
}

/** Redis takes whole milliseconds, at least one. */
function whole(ms: number): number {
  return Math.max(1, Math.ceil(ms));
}

function gone(): CacheError {
  return failure(CACHE_ERRORS.STORE_UNREACHABLE, { reason: 'The connection was closed' });
}
