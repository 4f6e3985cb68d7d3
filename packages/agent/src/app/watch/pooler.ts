import type { Clock } from '../../kernel/index.ts';
import {
  createPoolerMeter,
  type PoolerFacts,
  type PoolerMeter,
  type PoolerReading,
} from '../../observe/index.ts';
import {
  type ConnectionTarget,
  openPoolerConsole,
  POSTGRES_SETTINGS,
  type PoolerConsole,
} from '../../postgres/index.ts';
import type { StoredEvent } from '../../series/index.ts';
import type { Settings } from '../../settings/index.ts';

/** One pooler in front of a target, as it is known now. */
export interface PoolerState {
  /** Its address; holds no secret. */
  readonly name: string;
  readonly state: 'answering' | 'silent' | 'unknown';
  /** Why it does not answer; null while it does. */
  readonly trouble: string | null;
  /** What it said last; null before it answered, and while it does not. */
  readonly facts: PoolerFacts | null;
}

/** One look at a pooler. */
export interface PoolerLook {
  readonly name: string;
  /** Null when it did not answer. */
  readonly reading: PoolerReading | null;
  readonly tookMs: number;
  readonly events: readonly StoredEvent[];
}

/** A pooler that is looked at again and again through a connection of its own. */
export interface Pooler extends PoolerState {
  /** Looks once; a pooler that does not answer is an answer too. */
  look(): Promise<PoolerLook>;
  /** Lets go of the connection, and forgets: another agent looks now. */
  release(): Promise<void>;
}

/** What a pooler is looked at with. */
export interface PoolerOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Prepares a pooler; nothing is opened yet. */
export function createPooler(target: ConnectionTarget, options: PoolerOptions): Pooler {
  return new WatchedPooler(target, options);
}

class WatchedPooler implements Pooler {
  readonly name: string;
  state: PoolerState['state'] = 'unknown';
  trouble: string | null = null;
  facts: PoolerFacts | null = null;
  readonly #target: ConnectionTarget;
  readonly #options: PoolerOptions;
  #console: PoolerConsole | null = null;
  #meter: PoolerMeter;

  constructor(target: ConnectionTarget, options: PoolerOptions) {
    this.#target = target;
    this.#options = options;
    this.name = target.address;
    this.#meter = createPoolerMeter(options.clock, this.name);
  }

  async look(): Promise<PoolerLook> {
    const startMs = this.#options.clock.monotonicMs();
    let reading: PoolerReading | null = null;
    let events: readonly StoredEvent[];
    try {
      reading = await this.#read();
      events = [...this.#answers(reading.facts), ...reading.events];
    } catch (error) {
      await this.#hangUp();
      events = this.#isSilent(error);
    }
    return { name: this.name, reading, events, tookMs: this.#options.clock.monotonicMs() - startMs };
  }

  async release(): Promise<void> {
    await this.#hangUp();
    this.state = 'unknown';
    this.trouble = null;
    this.facts = null;
    this.#meter = createPoolerMeter(this.#options.clock, this.name);
  }

  async #read(): Promise<PoolerReading> {
    if (this.#console !== null) {
      try {
        return await this.#meter.read(this.#console, false);
      } catch {
        // It may have been restarted since, and be there again: that is no silence.
        await this.#hangUp();
      }
    }
    const { settings, signal } = this.#options;
    const connectTimeoutMs = settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
    this.#console = await openPoolerConsole(this.#target, { connectTimeoutMs, signal });
    return this.#meter.read(this.#console, true);
  }

  async #hangUp(): Promise<void> {
    const open = this.#console;
    this.#console = null;
    await open?.close();
  }

  #answers(facts: PoolerFacts): readonly StoredEvent[] {
    const isBack = this.state === 'silent';
    this.state = 'answering';
    this.trouble = null;
    this.facts = facts;
    return isBack ? [this.#event('answers again')] : [];
  }

  #isSilent(error: unknown): readonly StoredEvent[] {
    const isNews = this.state !== 'silent';
    this.state = 'silent';
    this.trouble = error instanceof Error ? error.message : String(error);
    this.facts = null;
    this.#meter.forget();
    return isNews ? [this.#event(`does not answer: ${this.trouble}`)] : [];
  }

  #event(text: string): StoredEvent {
    return { at: this.#options.clock.now(), kind: 'pooler', subject: this.name, detail: { text } };
  }
}
