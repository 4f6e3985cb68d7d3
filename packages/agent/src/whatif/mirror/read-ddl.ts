import {
  type CatalogQuery,
  type MirrorDdlRow,
  mirrorAggregatesQuery,
  mirrorAttachmentsQuery,
  mirrorCastsQuery,
  mirrorCollationsQuery,
  mirrorConstraintsQuery,
  mirrorDependenciesQuery,
  mirrorExtensionsQuery,
  mirrorForeignKeysQuery,
  mirrorFunctionsQuery,
  mirrorIndexAttachmentsQuery,
  mirrorIndexesQuery,
  mirrorOperatorsQuery,
  mirrorSchemasQuery,
  mirrorSequencesQuery,
  mirrorStatisticsObjectsQuery,
  mirrorTablesQuery,
  mirrorTextSearchConfigurationsQuery,
  mirrorTextSearchDictionariesQuery,
  mirrorTypesQuery,
  mirrorViewsQuery,
} from '../../catalog/index.ts';
import type { MirrorDdl } from '../types.ts';
import { type KeyedDdl, orderDdl } from './order-ddl.ts';
import type { Reading } from './reading.ts';

/** Parts of the schema in the usual order. */
const PARTS: readonly (readonly [MirrorDdl['kind'], CatalogQuery<MirrorDdlRow>])[] = [
  ['schema', mirrorSchemasQuery],
  ['extension', mirrorExtensionsQuery],
  ['collation', mirrorCollationsQuery],
  ['text-search', mirrorTextSearchDictionariesQuery],
  ['text-search', mirrorTextSearchConfigurationsQuery],
  ['type', mirrorTypesQuery],
  ['function', mirrorFunctionsQuery],
  ['function', mirrorAggregatesQuery],
  ['operator', mirrorOperatorsQuery],
  ['operator', mirrorCastsQuery],
  ['sequence', mirrorSequencesQuery],
  ['table', mirrorTablesQuery],
  ['attach', mirrorAttachmentsQuery],
  ['view', mirrorViewsQuery],
  ['constraint', mirrorConstraintsQuery],
  ['index', mirrorIndexesQuery],
  ['attach', mirrorIndexAttachmentsQuery],
  ['constraint', mirrorForeignKeysQuery],
  ['statistics', mirrorStatisticsObjectsQuery],
];

/**
 * Reads the statements that make the schema, in an order that works on an empty database. Left out are rows, rights, owners, defaults,
 * triggers, rules, policies and comments: none of them moves the plan of a reading statement.
 */
export async function readDdl(reading: Reading, onPart: () => void): Promise<readonly MirrorDdl[]> {
  const items: KeyedDdl[] = [];
  for (const [kind, query] of PARTS) {
    for (const { key, schema, name, sql, tableSchema, tableName } of await reading.listing(query)) {
      if (sql === null) continue;
      const table =
        tableSchema === null || tableName === null ? null : { schema: tableSchema, name: tableName };
      items.push({ key, statement: { kind, schema, name, sql, table } });
    }
    onPart();
  }
  return orderDdl(items, await reading.rows(mirrorDependenciesQuery));
}

/** How many reports `onPart` makes. */
export const DDL_PARTS: number = PARTS.length;
