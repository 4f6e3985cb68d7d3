import type { Finding } from '../../../../diagnose/index.ts';
import { formatCount, formatDuration } from '../../../../kernel/index.ts';
import type { Outcome, SettingDraft, TuneInput, TuneRule } from '../../types.ts';

const SOURCE = 'PostgreSQL docs 19.10 "Vacuuming": autovacuum_vacuum_cost_limit is shared by all workers';
const OVERDUE = 'diagnose/vacuum-overdue';
const COST_LIMIT = 1_000;
const MOST_WORKERS = 6;
const NAPTIME_MS = 15_000;

/** Lets autovacuum work faster where tables wait for it although it is on. */
export const autovacuumPace: TuneRule = {
  id: 'tune/autovacuum-pace',
  run: (input) => {
    const waiting = input.findings.filter(isWaiting);
    if (waiting.length === 0) return [];
    return [...costLimit(input, waiting), ...workers(input, waiting), ...naptime(input, waiting)];
  },
};

/** Only tables of dead rows, past twice their threshold, that autovacuum may come to. */
function isWaiting({ id, severity, subject, evidence }: Finding): boolean {
  return (
    id === OVERDUE &&
    severity === 'warning' &&
    subject.kind === 'table' &&
    evidence['isAutovacuumEnabled'] === true
  );
}

/** A worker that stops to save others takes longer than the tables take to fill up again. */
function costLimit(input: TuneInput, waiting: readonly Finding[]): readonly Outcome[] {
  const own = input.number('autovacuum_vacuum_cost_limit') ?? -1;
  const current = own > 0 ? own : (input.number('vacuum_cost_limit') ?? 200);
  const delayMs = input.number('autovacuum_vacuum_cost_delay') ?? 2;
  if (current >= COST_LIMIT || delayMs === 0) return [];
  return [
    draft(input, waiting, {
      name: 'autovacuum_vacuum_cost_limit',
      wanted: COST_LIMIT,
      value: String(COST_LIMIT),
      current,
      why: `its workers share a cost limit of ${formatCount(current)}`,
      risk: {
        level: 'medium',
        why: 'vacuum reads and writes up to five times as fast, beside the application',
      },
    }),
  ];
}

/** More tables wait than there are workers. */
function workers(input: TuneInput, waiting: readonly Finding[]): readonly Outcome[] {
  const name = 'autovacuum_max_workers';
  const current = input.number(name);
  if (current === null || waiting.length <= current || !areBusy(input, current)) return [];
  const room = Math.floor(input.affordable(name) ?? 0);
  const slots = input.number('autovacuum_worker_slots') ?? MOST_WORKERS;
  const cpus = input.machine.cpus ?? MOST_WORKERS;
  const wanted = Math.min(waiting.length, MOST_WORKERS, slots, Math.max(current, cpus), room);
  if (wanted <= current) return [];
  return [
    draft(input, waiting, {
      name,
      wanted,
      value: String(wanted),
      current,
      why: `all ${formatCount(current)} workers are busy`,
      risk: {
        level: 'medium',
        why: 'each may take maintenance_work_mem; the cost limit is shared by more of them',
      },
    }),
  ];
}

function areBusy({ snapshot }: TuneInput, most: number): boolean {
  const { vacuumProgress, activity } = snapshot.sections;
  const working = vacuumProgress.status === 'ok' ? vacuumProgress.data.length : 0;
  const seen =
    activity.status === 'ok'
      ? activity.data.filter(({ backendType }) => backendType === 'autovacuum worker').length
      : 0;
  return Math.max(working, seen) >= most;
}

/** Each database is looked at once in a naptime: a table that fills up faster waits for it. */
function naptime(input: TuneInput, waiting: readonly Finding[]): readonly Outcome[] {
  const name = 'autovacuum_naptime';
  const current = input.number(name);
  if (current === null || current <= 2 * NAPTIME_MS) return [];
  return [
    draft(input, waiting, {
      name,
      wanted: NAPTIME_MS,
      value: '15s',
      current,
      why: `autovacuum looks only every ${formatDuration(current)}`,
      risk: { level: 'low', why: 'it looks at the counters of each database more often' },
    }),
  ];
}

interface Pace extends Pick<SettingDraft, 'name' | 'value' | 'risk'> {
  readonly wanted: number;
  readonly current: number;
  readonly why: string;
}

function draft({ workload }: TuneInput, waiting: readonly Finding[], pace: Pace): Outcome {
  const { name, wanted, value, current, why, risk } = pace;
  const deadRows = waiting.reduce((sum, { evidence }) => sum + Number(evidence['deadRows'] ?? 0), 0);
  return {
    kind: 'setting',
    name,
    value,
    number: wanted,
    basis: 'measured',
    why: `${formatCount(waiting.length)} tables with ${formatCount(deadRows)} dead rows wait for autovacuum, and ${why}`,
    evidence: {
      [name]: current,
      waitingTablesCount: waiting.length,
      deadRows,
      largestTablesCount: workload.tables.length,
    },
    source: SOURCE,
    effect: {
      metric: 'deadRows',
      before: deadRows,
      after: null,
      unit: 'rows',
      method: 'fewer; how many depends on how fast the tables fill up again',
    },
    risk,
    remedies: [OVERDUE],
  };
}
