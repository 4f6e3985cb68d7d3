/**
 * What a history is made of: the kinds of series with their columns, batches of what was read at one instant, and
 * events. A contract between those who read a target and the store; holds no behaviour and imports nothing of ours.
 */
export { type KindName, SERIES_KINDS, type SeriesKind, seriesKind } from './kinds.ts';
export type { SampleBatch, SampleRow, StoredEvent } from './types.ts';
