import type { AnyCatalogQuery } from './define-query.ts';
import { activityQuery } from './queries/activity.ts';
import { archiverQuery } from './queries/archiver.ts';
import { checkpointsQuery } from './queries/checkpoints.ts';
import { collationsQuery } from './queries/collations.ts';
import { columnsQuery } from './queries/columns.ts';
import { constraintsQuery } from './queries/constraints.ts';
import { databaseQuery } from './queries/database.ts';
import { databaseSizeQuery } from './queries/database-size.ts';
import { databasesQuery } from './queries/databases.ts';
import { indexBloatQuery } from './queries/index-bloat.ts';
import { indexesQuery } from './queries/indexes.ts';
import { ioQuery } from './queries/io.ts';
import { lockedRelationsQuery } from './queries/locked-relations.ts';
import { mirrorColumnsByOwnerQuery, mirrorColumnsQuery } from './queries/mirror-columns.ts';
import {
  mirrorConstraintsQuery,
  mirrorForeignKeysQuery,
  mirrorIndexAttachmentsQuery,
  mirrorIndexesQuery,
  mirrorStatisticsObjectsQuery,
} from './queries/mirror-constraints.ts';
import { mirrorDependenciesQuery } from './queries/mirror-dependencies.ts';
import { mirrorDriftQuery, mirrorFingerprintQuery } from './queries/mirror-drift.ts';
import {
  extendedStatisticsQuery,
  mirrorExpressionsByOwnerQuery,
  mirrorExpressionsQuery,
  mirrorExtendedByOwnerQuery,
  mirrorExtendedQuery,
} from './queries/mirror-extended.ts';
import {
  mirrorAggregatesQuery,
  mirrorCastsQuery,
  mirrorFunctionsQuery,
  mirrorOperatorsQuery,
} from './queries/mirror-functions.ts';
import { mirrorLeadsQuery } from './queries/mirror-leads.ts';
import { mirrorRelationsQuery } from './queries/mirror-relations.ts';
import {
  mirrorCollationsQuery,
  mirrorExtensionsQuery,
  mirrorSchemasQuery,
  mirrorTextSearchConfigurationsQuery,
  mirrorTextSearchDictionariesQuery,
} from './queries/mirror-schemas.ts';
import { mirrorRoleSettingsQuery, mirrorServerQuery, mirrorSettingsQuery } from './queries/mirror-server.ts';
import {
  mirrorAttachmentsQuery,
  mirrorSequencesQuery,
  mirrorTablesQuery,
  mirrorViewsQuery,
} from './queries/mirror-tables.ts';
import { mirrorTreesQuery } from './queries/mirror-trees.ts';
import { mirrorTypesQuery } from './queries/mirror-types.ts';
import { mirrorUnmirroredQuery } from './queries/mirror-unmirrored.ts';
import { partitionedTablesQuery } from './queries/partitions.ts';
import { preparedTransactionsQuery } from './queries/prepared-transactions.ts';
import { relationSizesQuery } from './queries/relation-sizes.ts';
import { replicasQuery, slotsQuery, standbyQuery } from './queries/replication.ts';
import { sequencesQuery } from './queries/sequences.ts';
import { serverSettingsQuery } from './queries/server-settings.ts';
import { settingsFilesQuery } from './queries/settings-files.ts';
import { statementsQuery, statementsWithoutTextQuery } from './queries/statements.ts';
import { statementsInfoQuery } from './queries/statements-info.ts';
import { tableBloatQuery } from './queries/table-bloat.ts';
import { tablesQuery } from './queries/tables.ts';
import { vacuumProgressQuery } from './queries/vacuum-progress.ts';
import { viewsQuery } from './queries/views.ts';
import { walQuery } from './queries/wal.ts';

/** Every query that pgsteward sends to a target's catalogues. */
export const catalogQueries: readonly AnyCatalogQuery[] = [
  lockedRelationsQuery,
  tablesQuery,
  indexesQuery,
  relationSizesQuery,
  columnsQuery,
  statementsQuery,
  statementsWithoutTextQuery,
  statementsInfoQuery,
  activityQuery,
  serverSettingsQuery,
  settingsFilesQuery,
  databaseQuery,
  databaseSizeQuery,
  databasesQuery,
  replicasQuery,
  standbyQuery,
  slotsQuery,
  archiverQuery,
  checkpointsQuery,
  walQuery,
  viewsQuery,
  ioQuery,
  sequencesQuery,
  constraintsQuery,
  partitionedTablesQuery,
  preparedTransactionsQuery,
  vacuumProgressQuery,
  tableBloatQuery,
  indexBloatQuery,
  collationsQuery,
  mirrorServerQuery,
  mirrorSettingsQuery,
  mirrorRoleSettingsQuery,
  mirrorRelationsQuery,
  mirrorColumnsQuery,
  mirrorColumnsByOwnerQuery,
  extendedStatisticsQuery,
  mirrorExtendedQuery,
  mirrorExtendedByOwnerQuery,
  mirrorExpressionsQuery,
  mirrorExpressionsByOwnerQuery,
  mirrorLeadsQuery,
  mirrorTreesQuery,
  mirrorUnmirroredQuery,
  mirrorSchemasQuery,
  mirrorExtensionsQuery,
  mirrorCollationsQuery,
  mirrorTextSearchDictionariesQuery,
  mirrorTextSearchConfigurationsQuery,
  mirrorTypesQuery,
  mirrorFunctionsQuery,
  mirrorAggregatesQuery,
  mirrorOperatorsQuery,
  mirrorCastsQuery,
  mirrorSequencesQuery,
  mirrorTablesQuery,
  mirrorAttachmentsQuery,
  mirrorViewsQuery,
  mirrorConstraintsQuery,
  mirrorForeignKeysQuery,
  mirrorIndexesQuery,
  mirrorIndexAttachmentsQuery,
  mirrorStatisticsObjectsQuery,
  mirrorDependenciesQuery,
  mirrorFingerprintQuery,
  mirrorDriftQuery,
];
