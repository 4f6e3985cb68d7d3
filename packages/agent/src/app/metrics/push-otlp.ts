import {
  type Outcome,
  postJson,
  redact,
  retryDelayMs,
  secretsOfUrl,
  systemResolve,
} from '../../alert/index.ts';
import { type Clock, countOf } from '../../kernel/index.ts';
import {
  NO_START_TIMES,
  type OtlpRequest,
  renderOtlp,
  type StartTimes,
  type TargetMetrics,
} from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { WatchLogLine } from '../watch/types.ts';
import type { OtlpDestination } from './otlp-destination.ts';
import { MOST_SERIES } from './read-metrics.ts';
import { OTLP_SETTINGS } from './settings.ts';

/** How sending the metrics of one target goes. */
export interface OtlpStatus {
  /** Where they go, without secrets. */
  readonly destination: string;
  readonly everyMs: number;
  /** Requests that arrived. */
  readonly sentCount: number;
  /** Attempts that failed. */
  readonly failuresCount: number;
  /** When a request last arrived; null before the first. */
  readonly succeededAt: Date | null;
  /** What the last attempt failed with, or what the receiver left out; null when all is well. */
  readonly trouble: string | null;
}

/** Sends the metrics of one target again and again. */
export interface OtlpPush {
  readonly status: OtlpStatus;
  /** Ends when the signal fires. */
  readonly done: Promise<void>;
}

/** What metrics are sent with. */
export interface OtlpPushOptions {
  readonly target: string;
  /** Reads the target; null while it is not for this agent to tell of it. */
  readonly read: () => Promise<TargetMetrics | null>;
  readonly destination: OtlpDestination;
  readonly settings: Settings;
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly log: (line: WatchLogLine) => void;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;
/** @source OTLP specification, "OTLP/HTTP Response": no other status is retried */
const RETRIED_STATUSES: readonly (number | null)[] = [null, 429, 502, 503, 504];

/** What a receiver says of what it took; an int64 is text in JSON, though not every receiver knows. */
interface Answer {
  readonly partialSuccess?: {
    readonly rejectedDataPoints?: string | number;
    readonly errorMessage?: string;
  };
}

/** Begins to send the metrics of a target. */
export function pushOtlp(options: OtlpPushOptions): OtlpPush {
  const push = new TargetPush(options);
  const done = push.run();
  return {
    get status() {
      return push.status;
    },
    done,
  };
}

class TargetPush {
  status: OtlpStatus;
  readonly #options: OtlpPushOptions;
  readonly #everyMs: number;
  /** As the receiver knows them. */
  #starts: StartTimes = NO_START_TIMES;
  /** Attempts since one last arrived or was refused. */
  #attempts = 0;
  /** When the next reading is due. */
  #dueMs: number;

  constructor(options: OtlpPushOptions) {
    const { clock, random, settings, destination } = options;
    this.#options = options;
    this.#everyMs = settings.get(OTLP_SETTINGS.everyMs);
    // Many agents and targets must not send all at once.
    this.#dueMs = clock.monotonicMs() + random() * this.#everyMs;
    this.status = {
      destination: destination.shown,
      everyMs: this.#everyMs,
      sentCount: 0,
      failuresCount: 0,
      succeededAt: null,
      trouble: null,
    };
  }

  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(Math.max(0, this.#dueMs - clock.monotonicMs()), signal);
      if (signal.aborted) return;
      this.#dueMs = Math.max(this.#dueMs + this.#everyMs, clock.monotonicMs());
      try {
        await this.#readAndSend();
      } catch (error) {
        this.#failed(error instanceof Error ? error.message : String(error));
      }
    }
  }

  async #readAndSend(): Promise<void> {
    const { read, destination, version } = this.#options;
    const metrics = await read();
    if (metrics === null) return;
    const { resource } = destination;
    const { request, starts } = renderOtlp(metrics, {
      mostSeries: MOST_SERIES,
      resource,
      version,
      starts: this.#starts,
    });
    // Start times of points that nobody got would make growth of what a receiver sees first.
    if (await this.#deliver(request)) this.#starts = starts;
  }

  /** Sends until it arrives, is refused, or the next reading takes its place: counters lose nothing by that. */
  async #deliver(request: OtlpRequest): Promise<boolean> {
    const { clock, signal, random } = this.#options;
    while (!signal.aborted) {
      const outcome = await this.#post(request);
      if (outcome.kind === 'delivered') return true;
      if (signal.aborted) return false;
      this.#failed(outcome.error);
      if (outcome.kind === 'refused' || !RETRIED_STATUSES.includes(outcome.responseStatus)) {
        this.#attempts = 0;
        return false;
      }
      this.#attempts += 1;
      const backoff = { firstDelayMs: FIRST_DELAY_MS, maximumDelayMs: LONGEST_DELAY_MS, random };
      const waitMs = retryDelayMs(this.#attempts, outcome.retryAfterMs, backoff);
      const againMs = clock.monotonicMs() + waitMs;
      if (againMs >= this.#dueMs) {
        this.#dueMs = againMs;
        return false;
      }
      await clock.sleep(waitMs, signal);
    }
    return false;
  }

  async #post(body: OtlpRequest): Promise<Outcome> {
    const { destination, settings, clock, signal } = this.#options;
    const { url, headers, secrets } = destination;
    let answer = '';
    const outcome = await postJson(
      {
        url,
        headers,
        secrets,
        body,
        isCompressed: true,
        timeoutMs: settings.get(OTLP_SETTINGS.timeoutMs),
        // Who starts the daemon says where it sends, and the collector of a node may be link-local.
        guard: { resolve: systemResolve, allowsLinkLocal: true },
        signal,
        onAnswer: (text) => {
          answer = text;
        },
      },
      clock.now(),
    );
    if (outcome.kind === 'delivered') this.#arrived(rejectionOf(answer, [...secrets, ...secretsOfUrl(url)]));
    return outcome;
  }

  #arrived(rejection: string | null): void {
    const { clock } = this.#options;
    const { sentCount, trouble } = this.status;
    this.#attempts = 0;
    this.status = {
      ...this.status,
      sentCount: sentCount + 1,
      succeededAt: clock.now(),
      trouble: rejection,
    };
    if (rejection !== null) this.#log('warn', rejection, trouble);
    else if (trouble !== null) this.#log('info', 'they arrive again', trouble);
  }

  #failed(error: string): void {
    const { failuresCount, trouble } = this.status;
    this.status = { ...this.status, failuresCount: failuresCount + 1, trouble: error };
    this.#log('warn', error, trouble);
  }

  /** Says what is new. */
  #log(level: WatchLogLine['level'], text: string, before: string | null): void {
    if (text === before) return;
    const { log, target, destination } = this.#options;
    log({ level, target, message: `metrics to ${destination.shown}: ${text}` });
  }
}

/** Says what a receiver left out or warns of; null when it took everything. */
function rejectionOf(text: string, secrets: readonly string[]): string | null {
  const { rejectedDataPoints, errorMessage } = parseAnswer(text)?.partialSuccess ?? {};
  const rejectedCount = Number(rejectedDataPoints ?? 0) || 0;
  const said = redact(String(errorMessage ?? ''), secrets);
  if (rejectedCount === 0) return said === '' ? null : `the receiver warns: ${said}`;
  const rejected = `${countOf(rejectedCount, 'point', 'points')} rejected`;
  return said === '' ? rejected : `${rejected}: ${said}`;
}

/** A receiver that took everything may say nothing, or something else than JSON. */
function parseAnswer(text: string): Answer | null {
  try {
    return JSON.parse(text) as Answer | null;
  } catch {
    return null;
  }
}
