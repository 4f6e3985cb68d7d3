import { describe, expect, it } from 'vitest';
import { GB, MB, QUIET, tuneCase } from './fixtures.ts';

const SPILLING = { spills: [{ queryId: '1', text: null, calls: 100, temporaryBytes: 400 * MB }] };

describe('tuning', () => {
  it('leaves a server alone that nothing was measured against', () => {
    const { recommendations, unavailable } = tuneCase({
      settings: { random_page_cost: 1.1, effective_cache_size: 18 * GB },
    });
    expect(recommendations).toEqual([]);
    expect(unavailable).toEqual([]);
  });

  it('gives the value that ALTER SYSTEM wrote before as the undo, and resets what stood nowhere', () => {
    const work = (facts: object) =>
      tuneCase({ workload: SPILLING, facts: { work_mem: facts } }).recommendations.find(
        ({ setting }) => setting === 'work_mem',
      );
    expect(work({})).toMatchObject({
      do: ['alter system set "work_mem" = \'16MB\';', 'select pg_catalog.pg_reload_conf();'],
      undo: ['alter system reset "work_mem";', 'select pg_catalog.pg_reload_conf();'],
    });
    const own = { source: 'configuration file', sourceFile: '/data/postgresql.auto.conf', value: '4096' };
    expect(work(own)?.undo[0]).toBe('alter system set "work_mem" = \'4096\';');
    const other = { source: 'configuration file', sourceFile: '/etc/postgresql.conf' };
    expect(work(other)?.undo[0]).toBe('alter system reset "work_mem";');
    expect(work({ source: 'database' })).toMatchObject({
      do: ['alter database "shop" set "work_mem" = \'16MB\';'],
    });
  });

  it('says what is stronger than ALTER SYSTEM instead of writing in vain', () => {
    const { recommendations, unavailable } = tuneCase({
      workload: SPILLING,
      facts: { work_mem: { source: 'command line' } },
    });
    expect(recommendations.map(({ setting }) => setting)).not.toContain('work_mem');
    expect(unavailable).toContainEqual(
      expect.objectContaining({ id: 'tune/work-mem', reason: expect.stringContaining('command line') }),
    );
  });

  it('proposes nothing about a setting that waits for a restart already', () => {
    const blocks = { hitCount: 1e7, readCount: 5e6, readMs: 0 };
    const { recommendations } = tuneCase({
      workload: { blocks },
      facts: { shared_buffers: { isPendingRestart: true } },
    });
    expect(recommendations.map(({ setting }) => setting)).not.toContain('shared_buffers');
  });

  it('leaves to a person what waits for a restart, and what was seen for too short a time', () => {
    const risks = (observedMs: number) =>
      new Map(
        tuneCase({
          workload: { ...SPILLING, observedMs, blocks: { hitCount: 1e7, readCount: 5e6, readMs: 0 } },
        }).recommendations.map(({ setting, risk }) => [setting, risk.level]),
      );
    expect(risks(QUIET.observedMs).get('work_mem')).toBe('medium');
    expect(risks(QUIET.observedMs).get('shared_buffers')).toBe('high');
    expect(risks(60_000).get('work_mem')).toBe('high');
  });

  it('stands on formulas alone where there is no workload yet, and says so', () => {
    const { recommendations } = tuneCase({
      workload: {
        ...QUIET,
        source: 'counters',
        observedMs: 60_000,
        checkpoints: { timedCount: 0, requestedCount: 0 },
        blocks: { hitCount: 10, readCount: 10, readMs: 0 },
      },
      machine: { storage: 'ssd' },
      versionNumber: 170_000,
      settings: { effective_io_concurrency: 1 },
    });
    expect(recommendations.map(({ setting, proposed, basis }) => [setting, proposed, basis])).toEqual([
      ['shared_buffers', '6GB', 'formula'],
      // (24 GB − 6 GB) / ((100 + 8) × 3)
      ['work_mem', '56MB', 'formula'],
      ['maintenance_work_mem', '1GB', 'formula'],
      ['effective_cache_size', '18GB', 'formula'],
      ['random_page_cost', '1.1', 'formula'],
      ['effective_io_concurrency', '200', 'formula'],
      ['max_wal_size', '4GB', 'formula'],
    ]);
  });

  it('does not replace by a formula what somebody has chosen', () => {
    const { recommendations } = tuneCase({
      workload: { ...QUIET, observedMs: 60_000 },
      facts: {
        work_mem: { source: 'database' },
        maintenance_work_mem: { source: 'configuration file' },
      },
      settings: { max_wal_size: 2 * GB, shared_buffers: GB },
    });
    expect(recommendations.map(({ setting }) => setting)).toEqual(['effective_cache_size']);
  });
});
