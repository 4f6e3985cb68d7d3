import {
  bytesSetting,
  choiceSetting,
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
  secretSetting,
  textSetting,
} from '../settings/index.ts';
import type { ActionKind, PolicyLevel } from './types.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const LEVELS = ['observe', 'propose', 'approve', 'autopilot'] as const;

const policyDefault: Setting<PolicyLevel> = choiceSetting({
  key: 'act.policy.default',
  summary:
    'What pgsteward does with a remedy: `observe` nothing, `propose` shows it, `approve` applies it once a person agreed, `autopilot` applies it by itself.',
  choices: LEVELS,
  default: 'approve',
  source: 'nothing changes on a database without its owner',
});

const policyOf = (kind: ActionKind): Setting<PolicyLevel | 'default'> =>
  choiceSetting({
    key: `act.policy.${kind}`,
    summary: `Policy for actions of the kind ${kind}; \`default\` follows act.policy.default.`,
    choices: ['default', ...LEVELS],
    default: 'default',
    source: 'an owner trusts an index build before the end of a session',
  });

/** Policy by kind of action. */
export const POLICY_SETTINGS: Readonly<Record<ActionKind, Setting<PolicyLevel | 'default'>>> = {
  'create-index': policyOf('create-index'),
  'drop-index': policyOf('drop-index'),
  reindex: policyOf('reindex'),
  analyze: policyOf('analyze'),
  vacuum: policyOf('vacuum'),
  'set-storage': policyOf('set-storage'),
  'set-statistics-target': policyOf('set-statistics-target'),
  'create-statistics': policyOf('create-statistics'),
  'validate-constraint': policyOf('validate-constraint'),
  'set-sequence': policyOf('set-sequence'),
  'alter-setting': policyOf('alter-setting'),
  'end-session': policyOf('end-session'),
  'create-materialized-view': policyOf('create-materialized-view'),
  'refresh-materialized-view': policyOf('refresh-materialized-view'),
};

/** Settings of acting. */
export const ACT_SETTINGS: Readonly<{
  url: Setting<string>;
  policy: Setting<PolicyLevel>;
  autopilotRisk: Setting<'low' | 'medium' | 'high'>;
  autopilotGainRatio: Setting<number>;
  windows: Setting<string>;
  neverTouch: Setting<string>;
  buildMs: Setting<number>;
  diskBytes: Setting<number>;
  actions: Setting<number>;
  actionsPerMs: Setting<number>;
  replicaLagBytes: Setting<number>;
  transactionMs: Setting<number>;
  lockMs: Setting<number>;
  tokenMs: Setting<number>;
  everyMs: Setting<number>;
  dearerRatio: Setting<number>;
  minimumCost: Setting<number>;
  sharedBuffersRatio: Setting<number>;
  memoryRatio: Setting<number>;
}> = {
  url: secretSetting({
    key: 'target.act-url',
    summary:
      'Connection URL of the role that changes things: `act-url` in [target.NAME]; nothing is changed without it.',
    default: '',
    source: 'reading and writing are two roles, so that no fault in what reads can write',
  }),
  policy: policyDefault,
  autopilotRisk: choiceSetting({
    key: 'act.autopilot-risk',
    summary: 'Largest risk of what autopilot applies by itself; what is riskier waits for a person.',
    choices: ['low', 'medium', 'high'],
    default: 'medium',
    source: 'advisors call high what was observed for too short a time, or locks a table',
  }),
  autopilotGainRatio: ratioSetting({
    key: 'act.autopilot-gain-ratio',
    summary:
      'Least share of the planned cost of the workload that an index or a materialized view must save for autopilot to build it by itself; what saves less waits for a person.',
    default: 0.01,
    source: 'what saves less than a hundredth can hardly be measured, and each index is kept for ever',
  }),
  windows: textSetting({
    key: 'act.windows',
    summary:
      'When pgsteward may act: `0 2 * * 6 for 4h in Europe/Berlin`, several separated by semicolons; empty for any time.',
    default: '',
    source: 'crontab(5) for the beginning, IANA time zones',
  }),
  neverTouch: textSetting({
    key: 'act.never-touch',
    summary:
      'Tables, indexes and settings that are never touched, separated by commas; `*` stands for any text: `billing.*, public.users`.',
    default: '',
    source: 'what its owner wants left alone is left alone',
  }),
  buildMs: durationSetting({
    key: 'act.budget.build-ms',
    summary: 'Longest time of one action; what takes longer is cancelled and cleaned up.',
    default: 2 * HOUR_MS,
    minimum: 1_000,
    source: 'a build reads its table twice: about a terabyte in two hours on ordinary disks',
  }),
  diskBytes: bytesSetting({
    key: 'act.budget.disk-bytes',
    summary: 'Most space that actions may add within the time of act.budget.actions-per-ms.',
    default: 10 * 1024 ** 3,
    source: 'PostgreSQL cannot say how much of its disk is free; its owner can',
  }),
  actions: countSetting({
    key: 'act.budget.actions-count',
    summary: 'Most actions that autopilot applies within the time of act.budget.actions-per-ms.',
    default: 10,
    source: 'few enough for each to be told apart by its effect',
  }),
  actionsPerMs: durationSetting({
    key: 'act.budget.actions-per-ms',
    summary: 'Time in which the budgets of space and of actions count.',
    default: 24 * HOUR_MS,
    minimum: MINUTE_MS,
    source: 'a day',
  }),
  replicaLagBytes: bytesSetting({
    key: 'act.budget.replica-lag-bytes',
    summary: 'Lag of the slowest replica from which nothing is begun.',
    default: 100 * 1024 ** 2,
    source: 'diagnose.replica-lag warns there',
  }),
  transactionMs: durationSetting({
    key: 'act.preflight.transaction-ms',
    summary: 'Age of an open transaction from which no concurrent build is begun: it would wait for its end.',
    default: 5 * MINUTE_MS,
    source: 'PostgreSQL docs, CREATE INDEX "Building Indexes Concurrently"',
  }),
  lockMs: durationSetting({
    key: 'act.lock-timeout-ms',
    summary: 'Longest wait for a lock that others would queue behind; the action is tried again later.',
    default: 2_000,
    minimum: 100,
    maximum: MINUTE_MS,
    source: 'longer than most transactions, shorter than most timeouts of applications',
  }),
  tokenMs: durationSetting({
    key: 'act.token-ms',
    summary: 'How long an approval token holds.',
    default: 15 * MINUTE_MS,
    minimum: 10_000,
    maximum: 24 * HOUR_MS,
    source: 'time to hand it over, no more',
  }),
  everyMs: durationSetting({
    key: 'act.every-ms',
    summary: 'Time between two looks at what there is to apply, to verify and to undo.',
    default: 15_000,
    minimum: 200,
    source: 'counters come each minute; approvals should not wait that long',
  }),
  dearerRatio: ratioSetting({
    key: 'act.trial.dearer-ratio',
    summary:
      'Rise of the planned cost of any statement from which an index is not dropped: each is planned with the index and without it.',
    default: 0.1,
    source: 'what slows a statement down by act.verdict.slowdown-ratio would be taken back',
  }),
  minimumCost: countSetting({
    key: 'act.trial.minimum-cost',
    summary: 'Planned cost without the index below which its rise does not matter.',
    default: 10,
    minimum: 0,
    unit: 'cost',
    source: 'ten pages in turn: a statement on a table of a few pages costs the same either way',
  }),
  sharedBuffersRatio: ratioSetting({
    key: 'act.guard.shared-buffers-ratio',
    summary: 'Largest share of the memory that shared_buffers is set to (needs target.memory-bytes).',
    default: 0.4,
    source: 'PostgreSQL docs 19.4.1: more than 40 % is unlikely to work better',
  }),
  memoryRatio: ratioSetting({
    key: 'act.guard.memory-ratio',
    summary:
      'Largest share of the memory that settings may let PostgreSQL take: shared_buffers, work_mem of every connection, maintenance_work_mem of every autovacuum worker (needs target.memory-bytes).',
    default: 0.9,
    source:
      'PostgreSQL docs 18.4.4 "Linux Memory Overcommit": what is promised and not there ends the server',
  }),
};
