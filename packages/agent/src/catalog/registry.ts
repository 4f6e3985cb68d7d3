import type { AnyCatalogQuery } from './define-query.ts';
import { activityQuery } from './queries/activity.ts';
import { archiverQuery } from './queries/archiver.ts';
import { autoExplainQuery } from './queries/auto-explain.ts';
import { bufferCacheQuery } from './queries/buffer-cache.ts';
import { checkpointsQuery } from './queries/checkpoints.ts';
import { collationsQuery } from './queries/collations.ts';
import { columnTargetsQuery } from './queries/column-targets.ts';
import { columnsQuery } from './queries/columns.ts';
import { constraintStateQuery } from './queries/constraint-state.ts';
import { constraintsQuery } from './queries/constraints.ts';
import { databaseQuery } from './queries/database.ts';
import { databaseSizeQuery } from './queries/database-size.ts';
import { databasesQuery } from './queries/databases.ts';
import { indexBloatQuery } from './queries/index-bloat.ts';
import { indexBuildProgressQuery } from './queries/index-build-progress.ts';
import { indexStatesQuery } from './queries/index-states.ts';
import { indexesQuery } from './queries/indexes.ts';
import { ioQuery } from './queries/io.ts';
import { lockedRelationsQuery } from './queries/locked-relations.ts';
import { logFilesQuery } from './queries/log-files.ts';
import { logPartQuery } from './queries/log-part.ts';
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
import { objectStateQuery } from './queries/object-state.ts';
import { partitionedTablesQuery } from './queries/partitions.ts';
import { preflightQuery } from './queries/preflight.ts';
import { preparedTransactionsQuery } from './queries/prepared-transactions.ts';
import { rebuildLeftoversQuery } from './queries/rebuild-leftovers.ts';
import { indexCountersQuery, tableCountersQuery } from './queries/relation-counters.ts';
import { relationSizesQuery } from './queries/relation-sizes.ts';
import { replicasQuery, slotsQuery, standbyQuery } from './queries/replication.ts';
import { sequencesQuery } from './queries/sequences.ts';
import { serverSettingsQuery } from './queries/server-settings.ts';
import { sessionSamplesQuery } from './queries/session-samples.ts';
import { sessionStateQuery } from './queries/session-state.ts';
import { settingStateQuery } from './queries/setting-state.ts';
import { settingsFilesQuery } from './queries/settings-files.ts';
import { statementTextsQuery } from './queries/statement-texts.ts';
import { statementsQuery, statementsWithoutTextQuery } from './queries/statements.ts';
import { statementsInfoQuery } from './queries/statements-info.ts';
import { tableBloatQuery } from './queries/table-bloat.ts';
import { tableOptionsQuery } from './queries/table-options.ts';
import { tablesQuery } from './queries/tables.ts';
import { vacuumProgressQuery } from './queries/vacuum-progress.ts';
import { viewsQuery } from './queries/views.ts';
import { volatileFunctionsQuery } from './queries/volatile-functions.ts';
import { walQuery } from './queries/wal.ts';
import { ownSettingQuery, systemSettingQuery } from './queries/written-settings.ts';

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
  bufferCacheQuery,
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
  sessionSamplesQuery,
  statementTextsQuery,
  autoExplainQuery,
  logFilesQuery,
  logPartQuery,
  tableCountersQuery,
  indexCountersQuery,
  indexStatesQuery,
  tableOptionsQuery,
  indexBuildProgressQuery,
  preflightQuery,
  columnTargetsQuery,
  constraintStateQuery,
  objectStateQuery,
  rebuildLeftoversQuery,
  sessionStateQuery,
  settingStateQuery,
  volatileFunctionsQuery,
  ownSettingQuery,
  systemSettingQuery,
];
