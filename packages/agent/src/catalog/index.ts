/**
 * Responsible for every read of a target's catalogues: one module per query with complete SQL per minimum
 * version and a row schema that gives PostgreSQL's columns our names and units. Takes a session; gives parsed
 * rows, or the reason and remedy when a privilege, an extension or a lock stands in the way. Commands of a pooler's
 * admin console stand beside the queries. Keeps no state.
 */
export { chooseVariant, compareVersions, type Unavailable } from './choose-variant.ts';
export {
  consoleCommands,
  type PooledDatabaseRow,
  type PoolerStatsRow,
  type PoolRow,
  showConfig,
  showDatabases,
  showPools,
  showStats,
  showVersion,
} from './console/commands.ts';
export { type AnyConsoleCommand, runConsoleCommand } from './console/define-command.ts';
export type { AnyCatalogQuery, CatalogQuery, QueryVariant, VariantFloor } from './define-query.ts';
export { columnExtremesStatement, type ExtremesProbe } from './probes/column-extremes.ts';
export { type ColumnMaximumProbe, columnMaximumStatement } from './probes/column-maximum.ts';
export { type OrphanProbe, orphanStatement } from './probes/orphans.ts';
export { type SequenceValueProbe, sequenceValueStatement } from './probes/sequence-value.ts';
export {
  type TreeAccess,
  type TreeProbe,
  treeHeightsStatement,
  treeProbeAlias,
} from './probes/tree-heights.ts';
export { activityQuery, type SessionRow } from './queries/activity.ts';
export { type ArchiverRow, archiverQuery } from './queries/archiver.ts';
export { type AutoExplainRow, autoExplainQuery } from './queries/auto-explain.ts';
export { type BufferCacheRow, bufferCacheQuery } from './queries/buffer-cache.ts';
export { type CheckpointsRow, checkpointsQuery } from './queries/checkpoints.ts';
export { type CollationRow, collationsQuery } from './queries/collations.ts';
export { type ColumnTargetRow, columnTargetsQuery } from './queries/column-targets.ts';
export { type ColumnRow, columnsQuery } from './queries/columns.ts';
export { type ConstraintStateRow, constraintStateQuery } from './queries/constraint-state.ts';
export { type ConstraintRow, constraintsQuery } from './queries/constraints.ts';
export { type DatabaseRow, databaseQuery } from './queries/database.ts';
export { type DatabaseSizeRow, databaseSizeQuery } from './queries/database-size.ts';
export { type DatabaseAgeRow, databasesQuery } from './queries/databases.ts';
export { type IndexBloatRow, indexBloatQuery } from './queries/index-bloat.ts';
export { type IndexBuildProgressRow, indexBuildProgressQuery } from './queries/index-build-progress.ts';
export { type IndexStateRow, indexStatesQuery } from './queries/index-states.ts';
export { type IndexRow, indexesQuery } from './queries/indexes.ts';
export { type IoRow, ioQuery } from './queries/io.ts';
export { type LockedRelationRow, lockedRelationsQuery } from './queries/locked-relations.ts';
export { type LogFileRow, logFilesQuery } from './queries/log-files.ts';
export { type LogPartRow, logPartQuery } from './queries/log-part.ts';
export {
  type MirrorColumnRow,
  mirrorColumnsByOwnerQuery,
  mirrorColumnsQuery,
} from './queries/mirror-columns.ts';
export {
  mirrorConstraintsQuery,
  mirrorForeignKeysQuery,
  mirrorIndexAttachmentsQuery,
  mirrorIndexesQuery,
  mirrorStatisticsObjectsQuery,
} from './queries/mirror-constraints.ts';
export type { MirrorDdlRow } from './queries/mirror-ddl.ts';
export { type MirrorDependencyRow, mirrorDependenciesQuery } from './queries/mirror-dependencies.ts';
export {
  type MirrorDriftRow,
  type MirrorFingerprintRow,
  mirrorDriftQuery,
  mirrorFingerprintQuery,
} from './queries/mirror-drift.ts';
export {
  type ExtendedStatisticsRow,
  extendedStatisticsQuery,
  type MirrorExpressionRow,
  type MirrorExtendedRow,
  mirrorExpressionsByOwnerQuery,
  mirrorExpressionsQuery,
  mirrorExtendedByOwnerQuery,
  mirrorExtendedQuery,
} from './queries/mirror-extended.ts';
export {
  mirrorAggregatesQuery,
  mirrorCastsQuery,
  mirrorFunctionsQuery,
  mirrorOperatorsQuery,
} from './queries/mirror-functions.ts';
export { type MirrorLeadRow, mirrorLeadsQuery } from './queries/mirror-leads.ts';
export { type MirrorRelationRow, mirrorRelationsQuery } from './queries/mirror-relations.ts';
export {
  mirrorCollationsQuery,
  mirrorExtensionsQuery,
  mirrorSchemasQuery,
  mirrorTextSearchConfigurationsQuery,
  mirrorTextSearchDictionariesQuery,
} from './queries/mirror-schemas.ts';
export {
  type MirrorRoleSettingRow,
  type MirrorServerRow,
  type MirrorSettingRow,
  mirrorRoleSettingsQuery,
  mirrorServerQuery,
  mirrorSettingsQuery,
} from './queries/mirror-server.ts';
export {
  mirrorAttachmentsQuery,
  mirrorSequencesQuery,
  mirrorTablesQuery,
  mirrorViewsQuery,
} from './queries/mirror-tables.ts';
export { type MirrorTreeRow, mirrorTreesQuery } from './queries/mirror-trees.ts';
export { mirrorTypesQuery } from './queries/mirror-types.ts';
export { type MirrorUnmirroredRow, mirrorUnmirroredQuery } from './queries/mirror-unmirrored.ts';
export { type ObjectStateRow, objectStateQuery } from './queries/object-state.ts';
export { type PartitionedTableRow, partitionedTablesQuery } from './queries/partitions.ts';
export { type PreflightRow, preflightQuery } from './queries/preflight.ts';
export { type PreparedTransactionRow, preparedTransactionsQuery } from './queries/prepared-transactions.ts';
export { type RebuildLeftoverRow, rebuildLeftoversQuery } from './queries/rebuild-leftovers.ts';
export {
  type IndexCountersRow,
  indexCountersQuery,
  type TableCountersRow,
  tableCountersQuery,
} from './queries/relation-counters.ts';
export { type RelationSizeRow, relationSizesQuery } from './queries/relation-sizes.ts';
export {
  type ReplicaRow,
  replicasQuery,
  type SlotRow,
  type StandbyRow,
  slotsQuery,
  standbyQuery,
} from './queries/replication.ts';
export { type SequenceRow, sequencesQuery } from './queries/sequences.ts';
export { type ServerSettingRow, serverSettingsQuery } from './queries/server-settings.ts';
export { type SessionSampleRow, sessionSamplesQuery } from './queries/session-samples.ts';
export { type SessionStateRow, sessionStateQuery } from './queries/session-state.ts';
export { type SettingStateRow, settingStateQuery } from './queries/setting-state.ts';
export { type SettingsFileRow, settingsFilesQuery } from './queries/settings-files.ts';
export { type StatementTextRow, statementTextsQuery } from './queries/statement-texts.ts';
export { type StatementRow, statementsQuery, statementsWithoutTextQuery } from './queries/statements.ts';
export { type StatementsInfoRow, statementsInfoQuery } from './queries/statements-info.ts';
export { type TableBloatRow, tableBloatQuery } from './queries/table-bloat.ts';
export { type TableOptionsRow, tableOptionsQuery } from './queries/table-options.ts';
export { type TableRow, tablesQuery } from './queries/tables.ts';
export { type VacuumProgressRow, vacuumProgressQuery } from './queries/vacuum-progress.ts';
export { type ViewRow, viewsQuery } from './queries/views.ts';
export { type VolatileFunctionRow, volatileFunctionsQuery } from './queries/volatile-functions.ts';
export { type WalRow, walQuery } from './queries/wal.ts';
export { ownSettingQuery, systemSettingQuery, type WrittenSettingRow } from './queries/written-settings.ts';
export { catalogQueries } from './registry.ts';
export {
  type CatalogResult,
  type Listing,
  type PageOptions,
  type QueryValues,
  runCatalogListing,
  runCatalogQuery,
} from './run-query.ts';
