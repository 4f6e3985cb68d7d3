import {
  type CatalogQuery,
  type QueryValues,
  runCatalogListing,
  runCatalogQuery,
} from '../../catalog/index.ts';
import { OBSERVE_SETTINGS } from '../settings.ts';
import type { Section } from '../types.ts';
import { type CollectorContext, PAGE_ROWS, unavailable } from './context.ts';

/** Reads all rows of one query. */
export async function collectRows<Row>(
  context: CollectorContext,
  query: CatalogQuery<Row>,
  values: QueryValues = [],
): Promise<Section<readonly Row[]>> {
  const startMs = context.clock.monotonicMs();
  const result = await runCatalogQuery(context.session, query, values);
  if (!result.ok) return unavailable(result.unavailable);
  return {
    status: 'ok',
    data: result.rows,
    readAt: context.clock.now(),
    tookMs: context.clock.monotonicMs() - startMs,
  };
}

/** Reads the single row of one query. */
export async function collectRow<Row>(
  context: CollectorContext,
  query: CatalogQuery<Row>,
): Promise<Section<Row>> {
  const section = await collectRows(context, query);
  if (section.status === 'unavailable') return section;
  const row = section.data[0];
  return row === undefined
    ? unavailable({ reason: `${query.id} returned no row`, remedy: 'check the rights of the role' })
    : { ...section, data: row };
}

/** Reads a listing page by page up to the configured number of relations. */
export async function collectListing<Row extends { readonly oid: number }>(
  context: CollectorContext,
  query: CatalogQuery<Row>,
  values: QueryValues = [],
): Promise<Section<readonly Row[]>> {
  const startMs = context.clock.monotonicMs();
  const maximumRows = context.settings.get(OBSERVE_SETTINGS.maximumRelations);
  const page = { pageRows: PAGE_ROWS, maximumRows };
  const result = await runCatalogListing(context.session, query, page, values);
  if (!result.ok) return unavailable(result.unavailable);
  const { rows, isTruncated, stoppedBy } = result.listing;
  if (isTruncated) {
    context.noteGap({
      id: 'observe/listing-truncated',
      reason:
        stoppedBy === null
          ? `${query.id} holds more than ${maximumRows} rows; the rest was left out`
          : `${query.id} was left out after ${rows.length} rows: ${stoppedBy.reason}`,
      remedy: stoppedBy?.remedy ?? `raise ${OBSERVE_SETTINGS.maximumRelations.key}`,
    });
  }
  return {
    status: 'ok',
    data: rows,
    readAt: context.clock.now(),
    tookMs: context.clock.monotonicMs() - startMs,
  };
}
