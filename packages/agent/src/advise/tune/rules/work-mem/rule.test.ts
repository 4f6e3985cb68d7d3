import { describe, expect, it } from 'vitest';
import { GB, MB, proposedFor, type TuneCase, tuneCase } from '../../fixtures.ts';
import { chooseWorkMem } from './choose.ts';

const spill = (calls: number, perCallMb: number) => ({
  queryId: null,
  text: null,
  calls,
  temporaryBytes: calls * perCallMb * MB,
});
const work = (given: TuneCase) => proposedFor(given, 'work_mem');

describe('work_mem', () => {
  it('holds what statements wrote a call, times what rows take more in memory', () => {
    // 10 MB × 2.5 is 25 MB; the next power of two.
    expect(work({ workload: { spills: [spill(100, 10)] } })).toBe('32MB measured');
  });

  it('leaves the last tenth to statements that want memory of their own', () => {
    expect(work({ workload: { spills: [spill(1_000, 4), spill(5, 40)] } })).toBe('16MB measured');
  });

  it('leaves out what ran a few times, and what is too little to matter', () => {
    expect(work({ workload: { spills: [spill(2, 500)] } })).toBeNull();
    expect(work({ workload: { spills: [spill(10, 1)] } })).toBeNull();
  });

  it('is cut down to what all connections together may take', () => {
    const given = { workload: { spills: [spill(100, 30)] }, machine: { memoryBytes: 16 * GB } };
    // (16 GB × 0.9 − 128 MB − 3 × 64 MB) / (100 × 2) is 72 MB, and 75 MB would be needed.
    expect(work(given)).toBeNull();
    expect(tuneCase(given).unavailable[0]).toMatchObject({
      id: 'tune/work-mem',
      reason: expect.stringContaining('all that every session may take of this memory'),
    });
    expect(work({ ...given, settings: { max_connections: 50 } })).toBe('128MB measured');
  });

  it('takes the mean file where statements cannot be read', () => {
    const temporary = { filesCount: 100, bytes: 1_000 * MB, observedMs: 3_600_000 };
    expect(work({ workload: { spills: null, temporary } })).toBe('32MB measured');
  });

  it('is not guessed where the memory is unknown', () => {
    const { recommendations, unavailable } = tuneCase({
      workload: { spills: [spill(100, 10)] },
      machine: { memoryBytes: null },
    });
    expect(recommendations.map(({ setting }) => setting)).not.toContain('work_mem');
    expect(unavailable[0]?.remedy).toContain('target.memory-bytes');
  });
});

describe('choosing work_mem', () => {
  it('gives whole megabytes that are never more than may be had', () => {
    const spills = [{ bytes: 1, neededBytes: 65 * MB }];
    expect(chooseWorkMem(spills, { mostBytes: 70.5 * MB, coverageRatio: 0.9 })).toEqual({
      bytes: 70 * MB,
      coverageRatio: 1,
    });
    expect(chooseWorkMem(spills, { mostBytes: 64 * MB, coverageRatio: 0.9 })).toBeNull();
  });

  it('spares what can be spared where the whole share cannot', () => {
    const spills = [
      { bytes: 40, neededBytes: 8 * MB },
      { bytes: 60, neededBytes: 900 * MB },
    ];
    expect(chooseWorkMem(spills, { mostBytes: 256 * MB, coverageRatio: 0.9 })).toEqual({
      bytes: 8 * MB,
      coverageRatio: 0.4,
    });
  });
});
