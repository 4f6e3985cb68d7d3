/**
 * The invalidation worker: responsible for turning what PostgreSQL commits into invalidations of a namespace. Takes the
 * change stream of a replication slot, or an outbox that triggers write; gives bumps of table, row and application tags
 * to the store, and a watermark that says up to where that is done. Confirms to PostgreSQL nothing that the store has
 * not confirmed. Never reads a row of an application's tables, and never writes to one.
 */
export { CDC_ERRORS } from './errors.ts';
export {
  type InstallOutboxOptions,
  installOutbox,
  type OutboxOptions,
  removeOutbox,
} from './outbox/install.ts';
export { WORKER_DEFAULTS, type WorkerNumber } from './settings.ts';
export type {
  InvalidationWorker,
  SlotFacts,
  WorkerEvents,
  WorkerOptions,
  WorkerState,
  WorkerStatus,
} from './types.ts';
export { createInvalidationWorker } from './worker.ts';
