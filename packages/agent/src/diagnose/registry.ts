import { archiveFailing } from './checks/archive-failing/check.ts';
import { bloatedIndex } from './checks/bloated-index/check.ts';
import { bloatedTable } from './checks/bloated-table/check.ts';
import { blockingChain } from './checks/blocking-chain/check.ts';
import { bufferHitRatio } from './checks/buffer-hit-ratio/check.ts';
import { cacheableQuery } from './checks/cacheable-query/check.ts';
import { charPadding } from './checks/char-padding/check.ts';
import { checkpointPressure } from './checks/checkpoint-pressure/check.ts';
import { checksumFailures } from './checks/checksum-failures/check.ts';
import { collationMismatch } from './checks/collation-mismatch/check.ts';
import { connectionChurn } from './checks/connection-churn/check.ts';
import { connectionSaturation } from './checks/connection-saturation/check.ts';
import { deadlocks } from './checks/deadlocks/check.ts';
import { deepOffset } from './checks/deep-offset/check.ts';
import { defaultPartitionRows } from './checks/default-partition-rows/check.ts';
import { diskFullDate } from './checks/disk-full-date/check.ts';
import { duplicateIndex } from './checks/duplicate-index/check.ts';
import { genericPlanSensitive } from './checks/generic-plan-sensitive/check.ts';
import { heavyQuery } from './checks/heavy-query/check.ts';
import { hotBlockingIndex } from './checks/hot-blocking-index/check.ts';
import { idleInTransaction } from './checks/idle-in-transaction/check.ts';
import { indexCorruptionRisk } from './checks/index-corruption-risk/check.ts';
import { indexScanRatio } from './checks/index-scan-ratio/check.ts';
import { intKeyOverflow } from './checks/int-key-overflow/check.ts';
import { invalidIndex } from './checks/invalid-index/check.ts';
import { jsonNotJsonb } from './checks/json-not-jsonb/check.ts';
import { longRunningQuery } from './checks/long-running-query/check.ts';
import { lossyBitmap } from './checks/lossy-bitmap/check.ts';
import { lowFillfactorGain } from './checks/low-fillfactor-gain/check.ts';
import { lowStatisticsTarget } from './checks/low-statistics-target/check.ts';
import { matviewCandidate } from './checks/matview-candidate/check.ts';
import { missingExtendedStatistics } from './checks/missing-extended-statistics/check.ts';
import { missingFuturePartition } from './checks/missing-future-partition/check.ts';
import { missingIndex } from './checks/missing-index/check.ts';
import { moneyType } from './checks/money-type/check.ts';
import { monitoringGap } from './checks/monitoring-gap/check.ts';
import { nPlusOne } from './checks/n-plus-one/check.ts';
import { noPrimaryKey } from './checks/no-primary-key/check.ts';
import { nonSargablePredicate } from './checks/non-sargable-predicate/check.ts';
import { notValidatedConstraint } from './checks/not-validated-constraint/check.ts';
import { nullableUnique } from './checks/nullable-unique/check.ts';
import { orphanRows } from './checks/orphan-rows/check.ts';
import { partitionCandidate } from './checks/partition-candidate/check.ts';
import { planChanged } from './checks/plan-changed/check.ts';
import { preparedTransaction } from './checks/prepared-transaction/check.ts';
import { randomUuidKey } from './checks/random-uuid-key/check.ts';
import { redundantIndex } from './checks/redundant-index/check.ts';
import { regressedQuery } from './checks/regressed-query/check.ts';
import { replicaLag } from './checks/replica-lag/check.ts';
import { rollbackRatio } from './checks/rollback-ratio/check.ts';
import { rowMisestimate } from './checks/row-misestimate/check.ts';
import { selfLoad } from './checks/self-load/check.ts';
import { sequenceBehind } from './checks/sequence-behind/check.ts';
import { sequenceExhaustion } from './checks/sequence-exhaustion/check.ts';
import { settingsDrift } from './checks/settings-drift/check.ts';
import { settingsReview } from './checks/settings-review/check.ts';
import { slotRetention } from './checks/slot-retention/check.ts';
import { slowQuery } from './checks/slow-query/check.ts';
import { spill } from './checks/spill/check.ts';
import { staleMatview } from './checks/stale-matview/check.ts';
import { staleStatistics } from './checks/stale-statistics/check.ts';
import { statementsEvicted } from './checks/statements-evicted/check.ts';
import { tempFiles } from './checks/temp-files/check.ts';
import { timestampWithoutZone } from './checks/timestamp-without-zone/check.ts';
import { trackIoTimingOff } from './checks/track-io-timing-off/check.ts';
import { unindexedForeignKey } from './checks/unindexed-foreign-key/check.ts';
import { unloggedOrFsyncOff } from './checks/unlogged-or-fsync-off/check.ts';
import { unusedIndex } from './checks/unused-index/check.ts';
import { vacuumOverdue } from './checks/vacuum-overdue/check.ts';
import { waitProfile } from './checks/wait-profile/check.ts';
import { wideRowToast } from './checks/wide-row-toast/check.ts';
import { wraparound } from './checks/wraparound/check.ts';
import { xminHorizon } from './checks/xmin-horizon/check.ts';
import type { Check } from './types.ts';

/** Every check, in the order of the catalogue; within a severity the report keeps it. */
export const checks: readonly Check[] = [
  slowQuery,
  heavyQuery,
  longRunningQuery,
  regressedQuery,
  nPlusOne,
  spill,
  nonSargablePredicate,
  missingIndex,
  unusedIndex,
  duplicateIndex,
  redundantIndex,
  invalidIndex,
  bloatedIndex,
  unindexedForeignKey,
  hotBlockingIndex,
  indexCorruptionRisk,
  bloatedTable,
  vacuumOverdue,
  xminHorizon,
  wraparound,
  staleStatistics,
  lowStatisticsTarget,
  sequenceExhaustion,
  sequenceBehind,
  lowFillfactorGain,
  partitionCandidate,
  missingFuturePartition,
  defaultPartitionRows,
  blockingChain,
  idleInTransaction,
  preparedTransaction,
  connectionSaturation,
  connectionChurn,
  waitProfile,
  deadlocks,
  rollbackRatio,
  bufferHitRatio,
  indexScanRatio,
  tempFiles,
  checkpointPressure,
  settingsReview,
  settingsDrift,
  trackIoTimingOff,
  statementsEvicted,
  unloggedOrFsyncOff,
  replicaLag,
  slotRetention,
  archiveFailing,
  checksumFailures,
  notValidatedConstraint,
  orphanRows,
  collationMismatch,
  noPrimaryKey,
  timestampWithoutZone,
  jsonNotJsonb,
  randomUuidKey,
  charPadding,
  moneyType,
  nullableUnique,
  wideRowToast,
  matviewCandidate,
  cacheableQuery,
  rowMisestimate,
  lossyBitmap,
  deepOffset,
  genericPlanSensitive,
  missingExtendedStatistics,
  selfLoad,
  monitoringGap,
  planChanged,
  intKeyOverflow,
  diskFullDate,
  staleMatview,
];
