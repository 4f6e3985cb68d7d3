import { formatCount, formatDuration } from '../../../../kernel/index.ts';
import type { Outcome, TuneInput, TuneRule } from '../../types.ts';

const SOURCE =
  'PostgreSQL docs 19.3.1 "Connection Settings"; each session costs memory and is looked at by every snapshot';
/** Share of the connections in use from which there are too few. */
const FULL = 0.8;
const LEAST = 20;
const STEP = 10;

/** Sizes max_connections by the connections that were seen at the busiest. */
export const maxConnections: TuneRule = {
  id: 'tune/max-connections',
  run: (input) => {
    const { sessions, observedMs } = input.workload;
    const current = input.number('max_connections');
    if (sessions === null || current === null) return [];
    const reserved =
      (input.number('superuser_reserved_connections') ?? 0) + (input.number('reserved_connections') ?? 0);
    const most = sessions.connectionsMost;
    const needed = Math.max(LEAST, upToStep(most * input.values.headroom + reserved));
    if (most >= FULL * (current - reserved)) return raise(input, needed);
    const isSeenLong = input.workload.source === 'history' && observedMs >= input.values.loweringMs;
    return isSeenLong && current >= 2 * needed ? [lower(input, needed)] : [];
  },
};

function upToStep(count: number): number {
  return Math.ceil(count / STEP) * STEP;
}

/** Sessions that are mostly idle want a pooler, not more of them. */
function raise(input: TuneInput, needed: number): readonly Outcome[] {
  const { sessions } = input.workload;
  const most = sessions?.connectionsMost ?? 0;
  const active = sessions?.activeMost ?? 0;
  const seen = `${formatCount(most)} connections at the busiest, ${formatCount(active)} of them active`;
  if (active < most / 2) {
    return [
      {
        kind: 'gap',
        reason: `max_connections is nearly used up (${seen}), and more of them would mostly be idle`,
        remedy: 'share them through a pooler: `pgsteward tune --pgbouncer-ini`',
      },
    ];
  }
  const room = input.affordable('max_connections');
  if (room === null || room < needed) {
    const reason = `max_connections is nearly used up (${seen}), and ${formatCount(needed)} of them could take more memory than there is`;
    return [{ kind: 'gap', reason, remedy: 'queue bursts in a pooler: `pgsteward tune --pgbouncer-ini`' }];
  }
  return [draft(input, needed, `${seen}: the next burst is refused`)];
}

function lower(input: TuneInput, needed: number): Outcome {
  const { sessions, observedMs } = input.workload;
  const why = `${formatCount(sessions?.connectionsMost ?? 0)} connections at the busiest of ${formatDuration(observedMs)}; what the others might take is missing for work_mem (run tune again afterwards)`;
  return draft(input, needed, why);
}

function draft(input: TuneInput, needed: number, why: string): Outcome {
  const { sessions } = input.workload;
  const current = input.number('max_connections');
  return {
    kind: 'setting',
    name: 'max_connections',
    value: String(needed),
    number: needed,
    basis: 'measured',
    why,
    evidence: {
      maxConnectionsCount: current,
      connectionsMostCount: sessions?.connectionsMost ?? null,
      activeMostCount: sessions?.activeMost ?? null,
      samplesCount: sessions?.samplesCount ?? null,
    },
    source: SOURCE,
    effect: {
      metric: 'maxConnections',
      before: current,
      after: needed,
      unit: 'count',
      method: `connections at the busiest × ${input.values.headroom}, and the reserved ones`,
    },
    risk: { level: 'medium', why: 'a standby must allow at least as many connections as its primary' },
    remedies: ['diagnose/connection-saturation'],
  };
}
