import { setMaxListeners } from 'node:events';
import { type Clock, errorLine } from '../../kernel/index.ts';
import type { Meter } from '../../observe/index.ts';
import {
  type Capabilities,
  type ConnectionTarget,
  type Identity,
  readIdentity,
  type SelfLoad,
  type Session,
} from '../../postgres/index.ts';
import type { SampleBatch } from '../../series/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { Leadership } from './leadership.ts';
import { isUnchanged, noticeChanges } from './notice-changes.ts';
import { openSessions, type Sessions } from './open-sessions.ts';
import type { Outbox } from './outbox.ts';
import type { Probe } from './probe.ts';
import { WATCH_SETTINGS } from './settings.ts';
import type { WatchLogLine } from './types.ts';

/** What the agent's sessions cost a target, without the time that answers spend on their way. */
export interface ConnectionCost {
  readonly statements: number;
  /** Time of the session that samples, and of the other, in milliseconds. */
  readonly samplerMs: number;
  readonly readerMs: number;
}

/** The agent's two sessions on a target: one only samples, so that a slow reading never holds the samples up. */
export interface Connection {
  readonly state: 'connected' | 'connecting' | 'standing-by';
  /** Why the target does not answer; null while it does. */
  readonly trouble: string | null;
  /** What the target is; null before it answered for the first time. */
  readonly capabilities: Capabilities | null;
  /** Session for the samples. @throws when there is none */
  sampler(): Session;
  /**
   * Runs work on the other session, one at a time, after a look whether the server behind it is still the same: when
   * it is not, the connection is opened anew.
   */
  exclusively<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** What both sessions cost the target since they were opened. */
  cost(): ConnectionCost;
  /** Runs work whenever there is a connection, until the signal of the watch fires; `ended` fires when it is lost. */
  whileConnected(work: (ended: AbortSignal) => Promise<unknown>): Promise<void>;
}

/** What the sessions are opened with. */
export interface ConnectionOptions {
  readonly target: ConnectionTarget;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly outbox: Outbox;
  readonly probe: Probe;
  /** Counts the events of the objectives in what is read. */
  readonly events: { of(batches: readonly SampleBatch[]): readonly SampleBatch[] };
  readonly leadership: Leadership;
  /** What remembers a last reading that means nothing after a restart or a long silence. */
  readonly forget: readonly Pick<Meter, 'forget'>[];
  readonly log: (line: WatchLogLine) => void;
}

const IDLE_MS = 1_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** Prepares the sessions; nothing is opened yet. */
export function connection(options: ConnectionOptions): Connection {
  return new TargetConnection(options);
}

class TargetConnection implements Connection {
  state: Connection['state'] = 'standing-by';
  trouble: string | null = null;
  capabilities: Capabilities | null = null;
  readonly #options: ConnectionOptions;
  #sessions: Sessions | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #retryMs = FIRST_RETRY_MS;
  /** The server as it was last seen; null before the first look. */
  #identity: Identity | null = null;
  /** Fires when the server is no longer what the sessions were opened on. */
  #outdated = new AbortController();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  sampler(): Session {
    return this.#current().sampler;
  }

  exclusively<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const run = this.#queue.then(async () => {
      const { reader } = this.#current();
      await this.#confirm(reader);
      return work(reader);
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }

  cost(): ConnectionCost {
    if (this.#sessions === null) return { statements: 0, samplerMs: 0, readerMs: 0 };
    const [sampler, reader] = [this.#sessions.sampler.selfLoad(), this.#sessions.reader.selfLoad()];
    return {
      statements: sampler.statements + reader.statements,
      samplerMs: withoutTheWay(sampler),
      readerMs: withoutTheWay(reader),
    };
  }

  async whileConnected(work: (ended: AbortSignal) => Promise<unknown>): Promise<void> {
    const { clock, signal, leadership, probe } = this.#options;
    while (!signal.aborted) {
      if (leadership.mayObserve) {
        await this.#attempt(work);
        continue;
      }
      this.state = 'standing-by';
      this.trouble = null;
      if (leadership.state === 'following') {
        // What happens now is told by the agent that leads.
        this.#identity = null;
        probe.paused();
      }
      await clock.sleep(IDLE_MS, signal);
    }
  }

  /** Connects and works until the connection is lost; waits before the next attempt. */
  async #attempt(work: (ended: AbortSignal) => Promise<unknown>): Promise<void> {
    const { clock, signal, random, log, target } = this.#options;
    this.state = 'connecting';
    try {
      await this.#use(work);
      return;
    } catch (error) {
      if (signal.aborted) return;
      this.state = 'connecting';
      this.trouble = errorLine(error);
      log({ level: 'warn', target: target.name, message: `no answer from the target: ${this.trouble}` });
    }
    await clock.sleep(this.#retryMs * (0.5 + random()), signal);
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
    this.#countSilence();
  }

  async #use(work: (ended: AbortSignal) => Promise<unknown>): Promise<void> {
    const { clock, signal, leadership, target } = this.#options;
    const sessions = await openSessions(target, this.#options);
    this.#countSilence();
    this.#greet(sessions.identity);
    this.capabilities = sessions.sampler.capabilities;
    this.#outdated = new AbortController();
    this.#sessions = sessions;
    this.state = 'connected';
    this.trouble = null;
    this.#retryMs = FIRST_RETRY_MS;
    const ended = new AbortController();
    // Every collector waits for it.
    setMaxListeners(0, ended.signal);
    const stop = (): void => ended.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const outdated = fired(this.#outdated.signal);
      await Promise.race([
        outdated,
        work(ended.signal),
        standDown(leadership, { clock, ended: ended.signal }),
      ]);
    } finally {
      ended.abort();
      signal.removeEventListener('abort', stop);
      this.#sessions = null;
      this.#queue = Promise.resolve();
      await Promise.all([sessions.sampler.close(), sessions.reader.close()]);
    }
  }

  #greet(now: Identity | null): void {
    const { clock, settings, outbox, probe, forget } = this.#options;
    const forgetAll = (): void => {
      for (const meter of forget) meter.forget();
    };
    // Whether it is the same server cannot be told.
    if (now === null) {
      forgetAll();
      return;
    }
    const changes = noticeChanges({
      before: this.#identity,
      now,
      at: clock.now(),
      silentMs: probe.silentMs(),
      longMs: 2 * settings.get(WATCH_SETTINGS.countersEveryMs),
    });
    this.#identity = now;
    outbox.put([], changes.events);
    if (changes.isNewBeginning) forgetAll();
  }

  /** @throws when the server is not what it was: growth between two servers would be none */
  async #confirm(reader: Session): Promise<void> {
    const now = await readIdentity(reader);
    if (now === null) return;
    if (this.#identity === null || isUnchanged(this.#identity, now)) {
      this.#identity = now;
      return;
    }
    this.#outdated.abort();
    throw new DisconnectedError();
  }

  /** Counts the time since the target last answered as time in which it did not. */
  #countSilence(): void {
    const { probe, outbox, events } = this.#options;
    if (this.trouble !== null) probe.silent();
    const probed = probe.take();
    if (probed !== null) outbox.put([probed, ...events.of([probed])]);
  }

  #current(): Sessions {
    if (this.#sessions === null) throw new DisconnectedError();
    return this.#sessions;
  }
}

/** The time that answers took beyond the fastest of them: a far target is no busy one. */
function withoutTheWay({ statements, databaseMs, fastestMs }: SelfLoad): number {
  return Math.max(0, databaseMs - statements * fastestMs);
}

/** Says that there is no session now: the round that asked ends with the connection. */
class DisconnectedError extends Error {
  constructor() {
    super('the target is not connected');
  }
}

/** Ends when a signal fires. */
function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Ends when another agent leads. */
async function standDown(
  leadership: Leadership,
  { clock, ended }: { readonly clock: Clock; readonly ended: AbortSignal },
): Promise<void> {
  while (!ended.aborted && leadership.mayObserve) await clock.sleep(IDLE_MS, ended);
}
