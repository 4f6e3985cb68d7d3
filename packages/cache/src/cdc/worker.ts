import { CACHE_ERRORS, type CacheError, failure } from '../errors.ts';
import { createListeners } from '../events.ts';
import { formatLsn } from '../lsn.ts';
import { CACHE_DEFAULTS } from '../settings.ts';
import { createCatalogue } from './catalogue.ts';
import type { WorkerContext } from './context.ts';
import { translateDatabaseError, workerConfig } from './database.ts';
import { CDC_ERRORS } from './errors.ts';
import { listen } from './listen.ts';
import { listenToOutbox } from './outbox/listen.ts';
import { pause } from './pause.ts';
import { WORKER_DEFAULTS, type WorkerNumber } from './settings.ts';
import type { InvalidationWorker, WorkerEvents, WorkerOptions, WorkerState, WorkerStatus } from './types.ts';

/**
 * Starts to turn commits into invalidations. A commit is confirmed to PostgreSQL only after the store has confirmed what it
 * invalidates: whichever of the three is away, nothing is lost. Several workers of one slot are one that works and others
 * that wait to take over.
 * @throws CACHE.INVALID_OPTION, CACHE.INVALID_NAMESPACE
 * @example
 * const worker = createInvalidationWorker({ database: url, namespace: 'shop', store: redisStore({ client: new Redis() }) });
 * await worker.ready();
 */
export function createInvalidationWorker(options: WorkerOptions): InvalidationWorker {
  const { namespace } = options;
  if (!/^[\w.-]{1,64}$/.test(namespace)) throw failure(CACHE_ERRORS.INVALID_NAMESPACE, { namespace });
  return new RetryingWorker(options);
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;
/** A worker that is stopped waits no longer for a store that is away. */
const STORE_MS = 2_000;
/** How soon a worker that waits takes over. */
const TAKE_OVER_MS = 500;

class RetryingWorker implements InvalidationWorker {
  readonly #abort = new AbortController();
  readonly #context: WorkerContext;
  readonly #over: Promise<void>;
  #state: WorkerState = 'starting';
  #lastError: CacheError | null = null;
  #retryMs = FIRST_RETRY_MS;

  constructor(options: WorkerOptions) {
    this.#context = this.#createContext(options);
    this.#over = this.#run();
  }

  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        if (this.#state === 'retrying') reject(this.#lastError ?? new TypeError('no reason'));
        else if (this.#state === 'starting') return false;
        else resolve();
        return true;
      };
      if (look()) return;
      const end = this.#context.listeners.on('state', () => {
        if (look()) end();
      });
    });
  }

  on<K extends keyof WorkerEvents>(event: K, listener: (detail: WorkerEvents[K]) => void): () => void {
    return this.#context.listeners.on(event, listener);
  }

  status(): WorkerStatus {
    const { mode, namespace, progress, store } = this.#context;
    const { watermark } = progress;
    return {
      mode,
      namespace,
      state: this.#state,
      watermarkLsn: watermark === null ? null : formatLsn(watermark.lsn),
      watermarkAgeMs: watermark === null ? null : Math.max(0, store.nowMs() - watermark.atMs),
      pendingTransactions: progress.pending(),
      transactions: progress.transactions,
      tags: progress.tags,
      resets: progress.resets,
      tables: progress.tables,
      withoutRowTags: progress.withoutRowTags(),
      uncovered: progress.uncovered,
      slot: progress.slot,
      lastError: this.#lastError,
    };
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#over;
  }

  #createContext(options: WorkerOptions): WorkerContext {
    const { mode = 'cdc', namespace } = options;
    const listeners = createListeners<WorkerEvents>();
    const { slot = slotOf(namespace), tagTtlMs = 2 * CACHE_DEFAULTS.maxTtlMs.value } = options;
    return {
      config: workerConfig(options.database),
      namespace,
      mode,
      tables: options.tables ?? null,
      slot,
      publication: options.publication ?? slot,
      schema: options.schema ?? 'public',
      numbers: resolveNumbers(options),
      store: options.store.open({
        namespace,
        tagTtlMs,
        listener: (event) => {
          if (event.kind === 'trouble' || event.kind === 'away') this.#note(event.error);
        },
      }),
      listeners,
      signal: this.#abort.signal,
      catalogue: createCatalogue(),
      progress: {
        watermark: null,
        pending: () => 0,
        transactions: 0,
        tags: 0,
        resets: 0,
        tables: [],
        oids: [],
        withoutRowTags: () => [],
        uncovered: [],
        slot: null,
      },
      running: () => {
        this.#retryMs = FIRST_RETRY_MS;
        this.#enter('running', null);
      },
      trouble: (error) => this.#note(translateDatabaseError(error)),
    };
  }

  async #run(): Promise<void> {
    // What it is given may not be told of before its maker can listen.
    await null;
    const { signal, store } = this.#context;
    while (!signal.aborted) {
      try {
        await store.ready(STORE_MS);
        await (this.#context.mode === 'cdc' ? listen(this.#context) : listenToOutbox(this.#context));
      } catch (error) {
        if (!signal.aborted) await this.#retry(translateDatabaseError(error));
      }
    }
    await store.close();
    this.#enter('stopped', null);
  }

  async #retry(error: CacheError): Promise<void> {
    const { signal } = this.#context;
    if (error.code === CDC_ERRORS.SLOT_IN_USE.code) {
      this.#enter('waiting', error.why);
      await pause(TAKE_OVER_MS, signal);
      return;
    }
    this.#note(error);
    this.#enter('retrying', error.message);
    await pause(this.#retryMs, signal);
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }

  #note(error: CacheError): CacheError {
    this.#lastError = error;
    this.#context.listeners.emit('trouble', { error });
    return error;
  }

  #enter(state: WorkerState, reason: string | null): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#context.listeners.emit('state', { state, reason });
  }
}

/** A slot's name takes lower-case letters, digits and underscores, 63 at most. */
function slotOf(namespace: string): string {
  return `pgcache_${namespace.toLowerCase().replace(/\W/g, '_')}`.slice(0, 63);
}

function resolveNumbers(options: WorkerOptions): Readonly<Record<WorkerNumber, number>> {
  const names = Object.keys(WORKER_DEFAULTS) as WorkerNumber[];
  return Object.fromEntries(
    names.map((name) => {
      const { value, minimum, unit } = WORKER_DEFAULTS[name];
      const given = options[name] ?? value;
      if (Number.isFinite(given) && given >= minimum) return [name, given];
      const expected = `It is a number of ${minimum} or more${unit === 'ratio' ? '' : ` (${unit})`}`;
      throw failure(CACHE_ERRORS.INVALID_OPTION, { option: name, value: String(given), expected });
    }),
  ) as Record<WorkerNumber, number>;
}
