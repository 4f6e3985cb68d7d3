import { databaseQuery, databaseSizeQuery } from '../../catalog/index.ts';
import type { DatabaseFacts, Section } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { collectRow } from './plain.ts';

/** Reads the counters of the connected database and its size; without the right to it the size is null. */
export async function collectDatabase(context: CollectorContext): Promise<Section<DatabaseFacts>> {
  const counters = await collectRow(context, databaseQuery);
  if (counters.status === 'unavailable') return counters;
  const size = await collectRow(context, databaseSizeQuery);
  const sizeBytes = size.status === 'ok' ? size.data.sizeBytes : null;
  return { ...counters, data: { ...counters.data, sizeBytes } };
}
