import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MEMORY_SETTINGS, worstMemoryBytes } from '../../settings/index.ts';
import { findingAbout, GB, MB, type TuneCase, tuneCase } from './fixtures.ts';

const MEMORY_RATIO = 0.9;

const servers = fc.record({
  memoryGb: fc.integer({ min: 1, max: 512 }),
  settings: fc.record({
    shared_buffers: fc.integer({ min: 16, max: 64 * 1024 }).map((megabytes) => megabytes * MB),
    work_mem: fc.integer({ min: 1, max: 512 }).map((megabytes) => megabytes * MB),
    hash_mem_multiplier: fc.constantFrom(1, 1.5, 2, 4),
    maintenance_work_mem: fc.integer({ min: 16, max: 4096 }).map((megabytes) => megabytes * MB),
    autovacuum_work_mem: fc.constantFrom(-1, 64 * MB, GB),
    autovacuum_max_workers: fc.integer({ min: 1, max: 10 }),
    max_connections: fc.integer({ min: 10, max: 2_000 }),
  }),
  spills: fc.array(
    fc.record({
      queryId: fc.constant(null),
      text: fc.constant(null),
      calls: fc.integer({ min: 1, max: 1_000 }),
      temporaryBytes: fc.integer({ min: MB, max: 500 * GB }),
    }),
    { maxLength: 6 },
  ),
  connectionsMost: fc.integer({ min: 0, max: 2_000 }),
  activeMost: fc.integer({ min: 0, max: 500 }),
  readCount: fc.integer({ min: 0, max: 1e8 }),
  observedMs: fc.constantFrom(60_000, 7 * 86_400_000),
  waitingTables: fc.integer({ min: 0, max: 12 }),
});

type Server = Parameters<Parameters<typeof servers.map>[0]>[0];

function caseOf(server: Server): TuneCase {
  const { memoryGb, settings, spills, connectionsMost, activeMost, readCount, observedMs } = server;
  return {
    settings: { ...settings },
    machine: { memoryBytes: memoryGb * GB },
    workload: {
      observedMs,
      spills,
      sessions: { samplesCount: 100, activeMean: 1, activeMost, connectionsMost, pools: [] },
      blocks: { hitCount: readCount, readCount, readMs: 0 },
    },
    findings: [
      findingAbout('diagnose/settings-review', { name: 'maintenance_work_mem' }),
      ...Array.from({ length: server.waitingTables }, (_, index) =>
        findingAbout(
          'diagnose/vacuum-overdue',
          { kind: 'table', name: `t${index}` },
          { isAutovacuumEnabled: true },
        ),
      ),
    ],
  };
}

/** Reads a recommended value back as the server would. */
function amountOf(text: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)(MB|GB)?$/.exec(text) ?? [];
  return Number(number) * (unit === 'GB' ? GB : unit === 'MB' ? MB : 1);
}

it('never promises more memory than the machine may pay, however many of the settings are applied', () => {
  let raisedCount = 0;
  fc.assert(
    fc.property(servers, fc.infiniteStream(fc.boolean()), (server, isApplied) => {
      const before = (name: string): number => Number((server.settings as Record<string, number>)[name]);
      const after = new Map(
        tuneCase(caseOf(server))
          .recommendations.filter(({ setting }) => MEMORY_SETTINGS.includes(setting))
          .map(({ setting, proposed }) => [setting, amountOf(proposed)]),
      );
      raisedCount += after.size;
      const applied = new Map([...after].filter(() => isApplied.next().value));
      const worst = (changed: ReadonlyMap<string, number>): number =>
        worstMemoryBytes((name) => changed.get(name) ?? before(name));
      const limit = Math.max(server.memoryGb * GB * MEMORY_RATIO, worst(new Map()));
      expect(worst(after)).toBeLessThanOrEqual(limit + 1);
      expect(worst(applied)).toBeLessThanOrEqual(limit + 1);
      expect(after.get('shared_buffers') ?? 0).toBeLessThanOrEqual(server.memoryGb * GB * 0.4);
    }),
    { numRuns: 500 },
  );
  // The guard was not trusted on servers that never asked for memory.
  expect(raisedCount).toBeGreaterThan(200);
});
