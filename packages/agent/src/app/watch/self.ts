import type { Clock } from '../../kernel/index.ts';
import type { StoredEvent } from '../../series/index.ts';
import type { Connection } from './connection.ts';
import type { Outbox } from './outbox.ts';
import type { CollectorStatus, Round } from './rounds.ts';

const EVERY_MS = 60_000;

/** Key under which the whole process stands beside its collectors. */
const PROCESS = 'process';

/** Measures what the agent itself costs: each collector, and the process. */
export function createSelfMeter(parts: {
  readonly clock: Clock;
  readonly collectors: readonly CollectorStatus[];
  readonly sessions: Connection;
  readonly outbox: Outbox;
}): Round {
  const { clock, collectors, sessions, outbox } = parts;
  let counted = new Map<string, { readonly runs: number; readonly failures: number }>();
  let load = { statements: 0, samplerMs: 0, readerMs: 0 };
  let cpu = process.cpuUsage();
  let beganMs = clock.monotonicMs();
  const clockWatch = watchClock(clock);
  return {
    id: 'self',
    everyMs: EVERY_MS,
    run() {
      outbox.put([], clockWatch.look());
      const nowMs = clock.monotonicMs();
      const rows = collectors.map((collector) => {
        const before = counted.get(collector.id) ?? { runs: 0, failures: 0 };
        const values = {
          runs: collector.runs - before.runs,
          failures: collector.failures - before.failures,
          databaseMs: (collector.runs - before.runs) * collector.tookMs,
          lateMs: collector.lateMs,
        };
        return { key: [collector.id], values };
      });
      counted = new Map(collectors.map(({ id, runs, failures }) => [id, { runs, failures }]));
      const now = sessions.cost();
      const used = process.cpuUsage(cpu);
      cpu = process.cpuUsage();
      const values = {
        statements: Math.max(0, now.statements - load.statements),
        databaseMs: Math.max(0, now.samplerMs + now.readerMs - load.samplerMs - load.readerMs),
        rssBytes: process.memoryUsage.rss(),
        cpuMs: (used.user + used.system) / 1_000,
      };
      load = now;
      outbox.put([
        {
          kind: 'self',
          at: clock.now(),
          coveredMs: nowMs - beganMs,
          rows: [...rows, { key: [PROCESS], values }],
        },
      ]);
      beganMs = nowMs;
      return Promise.resolve(null);
    },
  };
}

/** Difference between the wall clock and one that never jumps from which it was set rather than drifted. */
const STEP_MS = 2_000;

/** Notices that somebody set the machine's clock: what is drawn at a time is then another time's. */
function watchClock(clock: Clock): { look(): readonly StoredEvent[] } {
  const offset = (): number => clock.now().getTime() - clock.monotonicMs();
  let last = offset();
  return {
    look() {
      const byMs = Math.round(offset() - last);
      last += byMs;
      if (Math.abs(byMs) < STEP_MS) return [];
      return [{ at: clock.now(), kind: 'clock-step', subject: 'the clock of pgsteward', detail: { byMs } }];
    },
  };
}
