import {
  type CatalogQuery,
  type MirrorDdlRow,
  mirrorAttachmentsQuery,
  mirrorCollationsQuery,
  mirrorConstraintsQuery,
  mirrorExtensionsQuery,
  mirrorFunctionsQuery,
  mirrorIndexAttachmentsQuery,
  mirrorIndexesQuery,
  mirrorSchemasQuery,
  mirrorStatisticsObjectsQuery,
  mirrorTablesQuery,
  mirrorTypesQuery,
  mirrorViewsQuery,
  runCatalogQuery,
} from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { MirrorDdl, MirrorGap } from '../types.ts';

/** Parts of the schema in the order in which one needs the other. */
const PARTS: readonly (readonly [MirrorDdl['kind'], CatalogQuery<MirrorDdlRow>])[] = [
  ['schema', mirrorSchemasQuery],
  ['extension', mirrorExtensionsQuery],
  ['collation', mirrorCollationsQuery],
  ['type', mirrorTypesQuery],
  ['function', mirrorFunctionsQuery],
  ['table', mirrorTablesQuery],
  ['attach', mirrorAttachmentsQuery],
  ['view', mirrorViewsQuery],
  ['constraint', mirrorConstraintsQuery],
  ['index', mirrorIndexesQuery],
  ['attach', mirrorIndexAttachmentsQuery],
  ['statistics', mirrorStatisticsObjectsQuery],
];

/** Reads the statements that make the schema, without rows, rights, triggers, rules and policies: none of them moves a plan. */
export async function readDdl(session: Session, gaps: MirrorGap[]): Promise<readonly MirrorDdl[]> {
  const statements: MirrorDdl[] = [];
  for (const [kind, query] of PARTS) {
    const result = await runCatalogQuery(session, query);
    if (!result.ok) {
      gaps.push({ id: `whatif/${kind}`, subject: null, ...result.unavailable });
      continue;
    }
    for (const { schema, name, sql, tableSchema, tableName } of result.rows) {
      const table =
        tableSchema === null || tableName === null ? null : { schema: tableSchema, name: tableName };
      statements.push({ kind, schema, name, sql, table });
    }
  }
  return statements;
}
