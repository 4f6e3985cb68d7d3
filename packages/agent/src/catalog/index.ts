/**
 * Responsible for every read of a target's catalogues: one module per query with complete SQL per minimum
 * version and a row schema that gives PostgreSQL's columns our names and units. Takes a session; gives parsed
 * rows, or the reason and remedy when a privilege, an extension or a lock stands in the way. Keeps no state.
 */
export { chooseVariant, compareVersions, type Unavailable } from './choose-variant.ts';
export type { AnyCatalogQuery, CatalogQuery, QueryVariant, VariantFloor } from './define-query.ts';
export { columnExtremesStatement, type ExtremesProbe } from './probes/column-extremes.ts';
export { type ColumnMaximumProbe, columnMaximumStatement } from './probes/column-maximum.ts';
export { type OrphanProbe, orphanStatement } from './probes/orphans.ts';
export {
  type TreeAccess,
  type TreeProbe,
  treeHeightsStatement,
  treeProbeAlias,
} from './probes/tree-heights.ts';
export { activityQuery, type SessionRow } from './queries/activity.ts';
export { type ArchiverRow, archiverQuery } from './queries/archiver.ts';
export { type CheckpointsRow, checkpointsQuery } from './queries/checkpoints.ts';
export { type CollationRow, collationsQuery } from './queries/collations.ts';
export { type ColumnRow, columnsQuery } from './queries/columns.ts';
export { type ConstraintRow, constraintsQuery } from './queries/constraints.ts';
export { type DatabaseRow, databaseQuery } from './queries/database.ts';
export { type DatabaseSizeRow, databaseSizeQuery } from './queries/database-size.ts';
export { type DatabaseAgeRow, databasesQuery } from './queries/databases.ts';
export { type IndexBloatRow, indexBloatQuery } from './queries/index-bloat.ts';
export { type IndexRow, indexesQuery } from './queries/indexes.ts';
export { type IoRow, ioQuery } from './queries/io.ts';
export { type LockedRelationRow, lockedRelationsQuery } from './queries/locked-relations.ts';
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
export { type PartitionedTableRow, partitionedTablesQuery } from './queries/partitions.ts';
export { type PreparedTransactionRow, preparedTransactionsQuery } from './queries/prepared-transactions.ts';
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
export { type SettingsFileRow, settingsFilesQuery } from './queries/settings-files.ts';
export { type StatementRow, statementsQuery, statementsWithoutTextQuery } from './queries/statements.ts';
export { type StatementsInfoRow, statementsInfoQuery } from './queries/statements-info.ts';
export { type TableBloatRow, tableBloatQuery } from './queries/table-bloat.ts';
export { type TableRow, tablesQuery } from './queries/tables.ts';
export { type VacuumProgressRow, vacuumProgressQuery } from './queries/vacuum-progress.ts';
export { type ViewRow, viewsQuery } from './queries/views.ts';
export { type WalRow, walQuery } from './queries/wal.ts';
export { catalogQueries } from './registry.ts';
export {
  type CatalogResult,
  type Listing,
  type PageOptions,
  type QueryValues,
  runCatalogListing,
  runCatalogQuery,
} from './run-query.ts';
