import type { Clock } from '../../kernel/index.ts';
import type { RedisFacts } from '../../redis/index.ts';
import type { SampleBatch, StoredEvent } from '../../series/index.ts';
import { createGrowthMeter } from './growth.ts';
import type { MeterReading } from './types.ts';

/** Measures a Redis before the database: what it is asked grows, what it holds is a state. */
export interface CacheMeter {
  /** Takes what it says of itself. */
  answered(facts: RedisFacts): MeterReading;
  /** It did not answer: what it counted meanwhile stays a gap. @param reason why, for a person */
  failed(reason: string): MeterReading;
  /** Nobody looked: what it counted meanwhile stays a gap. */
  forget(): void;
}

/** `uptime_in_seconds` is cut to whole seconds. */
const UPTIME_STEP_MS = 1_000;

/**
 * Starts a meter of one Redis.
 * @param source who counted, the key of its series: `redis cache.example.com:6379`
 */
export function createCacheMeter(clock: Clock, source: string): CacheMeter {
  return new RedisMeter(clock, source);
}

class RedisMeter implements CacheMeter {
  readonly #clock: Clock;
  readonly #source: string;
  readonly #growth: ReturnType<typeof createGrowthMeter>;
  #before: RedisFacts | null = null;
  #answeredMs = 0;
  #tickMs: number;
  #isAway = false;

  constructor(clock: Clock, source: string) {
    this.#clock = clock;
    this.#source = source;
    this.#growth = createGrowthMeter(clock);
    this.#tickMs = clock.monotonicMs();
  }

  answered(facts: RedisFacts): MeterReading {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#before;
    const isSameRun = before?.runId === facts.runId;
    // It began after the last look: all that it counted is growth. Another server was there already, and is none of it.
    const isRestart =
      before !== null && !isSameRun && facts.uptimeMs - UPTIME_STEP_MS < nowMs - this.#answeredMs;
    if (this.#isAway && isSameRun) this.#growth.forget();
    const { hits, misses, evictedKeys, expiredKeys, rejectedConnections } = facts;
    const counters = { hits, misses, evictedKeys, expiredKeys, rejectedConnections };
    // Within one run counters fall by CONFIG RESETSTAT alone, which resets all of them.
    const grown = this.#growth.take([{ id: facts.runId, key: [this.#source], counters }], isRestart, true);
    const events = this.#changes(facts, { isRestart, isReset: (grown?.fallen.length ?? 0) > 0 });
    this.#before = facts;
    this.#answeredMs = nowMs;
    this.#isAway = false;
    const stamp = this.#stamp();
    const values = {
      ...grown?.rows[0]?.values,
      usedBytes: facts.usedBytes,
      maximumBytes: facts.maximumBytes ?? 0,
      clients: facts.clients,
      replicas: facts.replicas,
    };
    return {
      batches: [
        { kind: 'cache', ...stamp, rows: [{ key: [this.#source], values }] },
        this.#probe(stamp, true),
      ],
      events,
      unavailable: null,
    };
  }

  failed(reason: string): MeterReading {
    const wasAway = this.#isAway;
    this.#isAway = true;
    const text = `does not answer: ${reason}`;
    return {
      batches: [this.#probe(this.#stamp(), false)],
      events: wasAway ? [] : [this.#event('cache-down', { text })],
      unavailable: null,
    };
  }

  forget(): void {
    this.#growth.forget();
    this.#before = null;
    this.#isAway = false;
    this.#tickMs = this.#clock.monotonicMs();
  }

  #stamp(): Pick<SampleBatch, 'at' | 'coveredMs'> {
    const nowMs = this.#clock.monotonicMs();
    const coveredMs = nowMs - this.#tickMs;
    this.#tickMs = nowMs;
    return { at: this.#clock.now(), coveredMs };
  }

  #probe(stamp: Pick<SampleBatch, 'at' | 'coveredMs'>, hasAnswered: boolean): SampleBatch {
    const values = { answered: hasAnswered ? 1 : 0, failed: hasAnswered ? 0 : 1 };
    return { kind: 'cacheProbe', ...stamp, rows: [{ key: [this.#source], values }] };
  }

  #changes(
    now: RedisFacts,
    { isRestart, isReset }: { readonly isRestart: boolean; readonly isReset: boolean },
  ): readonly StoredEvent[] {
    const before = this.#before;
    const events: StoredEvent[] = [];
    if (this.#isAway) events.push(this.#event('cache-up', { text: 'answers again' }));
    if (before === null) return events;
    if (isRestart)
      events.push(this.#event('cache-restart', { text: 'restarted, and forgot what it did not save' }));
    else if (before.runId !== now.runId)
      events.push(this.#event('cache-failover', { text: 'is another server now' }));
    if (before.role !== now.role) {
      const text = `was ${before.role}, is ${now.role}`;
      events.push(this.#event('cache-failover', { before: before.role, after: now.role, text }));
    }
    if (isReset) events.push(this.#event('statistics-reset', {}));
    if (before.version !== now.version)
      events.push(this.#event('version', { before: before.version, after: now.version }));
    return events;
  }

  #event(kind: string, detail: Readonly<Record<string, unknown>>): StoredEvent {
    return { at: this.#clock.now(), kind, subject: this.#source, detail };
  }
}
