import {
  bytesSetting,
  choiceSetting,
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
  textSetting,
} from '../settings/index.ts';

/** Settings of the index advisor and of rewrites. */
export const ADVISE_SETTINGS: Readonly<{
  storageBudgetBytes: Setting<number>;
  maximumIndexes: Setting<number>;
  maximumWidth: Setting<number>;
  excludedTables: Setting<string>;
  writeOverheadRatio: Setting<number>;
  timeLimitMs: Setting<number>;
  auditTimeLimitMs: Setting<number>;
  maximumCalls: Setting<number>;
  minimumBenefitRatio: Setting<number>;
  minimumWorkloadRatio: Setting<number>;
  earlyEndRatio: Setting<number>;
  statements: Setting<number>;
  weights: Setting<'time' | 'calls'>;
  drops: Setting<'yes' | 'no'>;
  copies: Setting<'yes' | 'no'>;
  rewriteBenefitRatio: Setting<number>;
  rewriteTimeoutMs: Setting<number>;
}> = {
  storageBudgetBytes: bytesSetting({
    key: 'advise.indexes.storage-budget-bytes',
    summary: 'Bytes that new indexes may take; 0 allows half the size of the tables that the workload reads.',
    default: 0,
    source: 'indexes beyond half of the data are seldom worth their writes and their backup',
  }),
  maximumIndexes: countSetting({
    key: 'advise.indexes.maximum-indexes',
    summary: 'Most new indexes of one advice; 0 sets no limit.',
    default: 0,
    source: 'the storage budget and the benefit limit them already',
  }),
  maximumWidth: countSetting({
    key: 'advise.indexes.maximum-width',
    summary: 'Most key columns of a new index; columns of INCLUDE are not counted.',
    default: 4,
    minimum: 1,
    maximum: 32,
    source: 'research/index-advisor: 4 reaches what wider keys do, INCLUDE covers the rest',
  }),
  excludedTables: textSetting({
    key: 'advise.indexes.excluded-tables',
    summary: 'Tables to leave alone, `schema.name`, separated by commas.',
    default: '',
    source: 'the owner knows',
  }),
  writeOverheadRatio: ratioSetting({
    key: 'advise.indexes.write-overhead-ratio',
    summary: 'Highest share of what the reads save that keeping the new indexes up to date may cost.',
    default: 0.5,
    source: 'half of the gain spent on writes is a poor bargain',
  }),
  timeLimitMs: durationSetting({
    key: 'advise.indexes.time-limit-ms',
    summary: 'Time after which the search gives the best set it has found.',
    default: 60_000,
    minimum: 1_000,
    source: 'the search has mostly converged by then',
  }),
  auditTimeLimitMs: durationSetting({
    key: 'advise.indexes.audit-time-limit-ms',
    summary: 'The same within `audit` and `demo`; 0 leaves the index advisor out there.',
    default: 8_000,
    source: 'an audit is waited for; `pgsteward indexes` searches longer',
  }),
  maximumCalls: countSetting({
    key: 'advise.indexes.maximum-calls',
    summary: 'Plans asked for after which the search gives the best set it has found.',
    default: 20_000,
    minimum: 100,
    source: 'twice what the search needs for 20 analytical statements',
  }),
  minimumBenefitRatio: ratioSetting({
    key: 'advise.indexes.minimum-benefit-ratio',
    summary: 'Least share that an index must save of the cost of a statement that uses it.',
    default: 0.1,
    source: 'below it the estimate is not surer than the saving',
  }),
  minimumWorkloadRatio: ratioSetting({
    key: 'advise.indexes.minimum-workload-ratio',
    summary: "Least share that an index must save of the whole workload's cost.",
    default: 0.002,
    source: 'an index is kept, backed up and vacuumed for ever; what it saves should be noticed',
  }),
  earlyEndRatio: ratioSetting({
    key: 'advise.indexes.early-end-ratio',
    summary:
      'Share of the rest of a walk that counts where LIMIT ends it at the first rows that pass a filter; 0 trusts the planner.',
    default: 0.25,
    source: 'the planner takes the rows to lie evenly; where they lie at the end, the whole walk is paid',
  }),
  statements: countSetting({
    key: 'advise.indexes.statements-count',
    summary: 'Statements of pg_stat_statements that are looked at, those with the most total time first.',
    default: 200,
    minimum: 1,
    maximum: 5_000,
    source: 'they hold nearly all of the time of nearly every workload',
  }),
  weights: choiceSetting({
    key: 'advise.indexes.weights',
    summary: 'What a statement counts: its measured `time`, or its `calls` times the planned cost.',
    choices: ['time', 'calls'],
    default: 'time',
    source: 'what was measured says more than what was estimated',
  }),
  drops: choiceSetting({
    key: 'advise.indexes.drops',
    summary: 'Whether indexes may be proposed to be dropped.',
    choices: ['yes', 'no'],
    default: 'yes',
    source: 'an index that nothing uses is paid for by every write',
  }),
  copies: choiceSetting({
    key: 'advise.indexes.copies',
    summary:
      'Whether a narrower copy of an index that exists may be proposed, such as `(a)` beside a primary key `(a, b)`, where planned costs favour it.',
    choices: ['yes', 'no'],
    default: 'no',
    source: 'what a copy saves is mostly an effect of the cost model; what it costs writes is not',
  }),
  rewriteBenefitRatio: ratioSetting({
    key: 'advise.rewrites.minimum-benefit-ratio',
    summary: 'Least share of its planned cost that a rewritten statement must save to be shown.',
    default: 0.1,
    source: 'below it the estimate is not surer than the saving',
  }),
  rewriteTimeoutMs: durationSetting({
    key: 'advise.rewrites.check-timeout-ms',
    summary: 'Limit of each statement that `queries --advice --check` runs.',
    default: 30_000,
    minimum: 100,
    maximum: 3_600_000,
    source: 'a check runs what the application runs; who waits longer in daily use says so',
  }),
};
