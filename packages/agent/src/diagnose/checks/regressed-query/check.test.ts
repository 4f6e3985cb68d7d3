import { describe, expect, it } from 'vitest';
import { diagnoseHistory } from '../../../../../../test/support/check.ts';
import { regressedQuery } from './check.ts';

const period = (calls: number, meanMs: number, blocks = 10) => ({
  calls,
  totalMs: calls * meanMs,
  blocks: calls * blocks,
});
const statement = (
  now: ReturnType<typeof period>,
  past: readonly ReturnType<typeof period>[],
  timeRatio = 0.2,
) => ({
  queryId: '7',
  fingerprint: 'f',
  text: 'select 1',
  now,
  past,
  timeRatio,
});
const usual = [period(100, 5), period(120, 5.2), period(90, 4.9)];
const judge = (...statements: readonly ReturnType<typeof statement>[]) =>
  diagnoseHistory(regressedQuery, { statements }).findings;

describe('regressed-query', () => {
  it('finds a statement that takes longer than it used to, with both times', () => {
    expect(judge(statement(period(100, 20), usual))).toMatchObject([
      {
        severity: 'warning',
        subject: { kind: 'statement', queryId: '7' },
        evidence: { meanMs: 20, usualMs: 5, measure: 'time', comparedPeriodsCount: 3 },
        threshold: { key: 'diagnose.regressed-query.factor-count', value: 1.5 },
      },
    ]);
  });

  it('finds one that touches more blocks while memory still hides it', () => {
    expect(judge(statement(period(100, 5.1, 400), usual))).toMatchObject([
      { evidence: { measure: 'blocks' } },
    ]);
  });

  it('keeps quiet about noise, few calls, small shares, and what has no past', () => {
    const noisy = [period(100, 2), period(100, 30), period(100, 9), period(100, 14)];
    expect(judge(statement(period(100, 20), noisy))).toEqual([]);
    expect(judge(statement(period(10, 20), usual))).toEqual([]);
    expect(judge(statement(period(100, 20), usual, 0.001))).toEqual([]);
    expect(judge(statement(period(100, 20), usual.slice(1)))).toEqual([]);
    expect(judge(statement(period(100, 6), usual))).toEqual([]);
  });

  it('says that it needs a history where there is none', () => {
    expect(diagnoseHistory(regressedQuery, null).unavailable).toMatchObject([
      { id: 'diagnose/regressed-query', remedy: 'run `pgsteward serve`' },
    ]);
  });
});
