import { describe, expect, it } from 'vitest';
import { unwrap } from '../kernel/index.ts';
import { defaultSettings } from '../settings/resolve.ts';
import { dryRun } from './dry-run.ts';
import { createTestSource, readingOf, ruleWith, second } from './fixtures.ts';
import { builtInRules } from './registry.ts';
import type { MeasurementRule, Rule } from './types.ts';

/** Runs a rule over a reading every 30 s; null is one that stays away. */
async function run(values: readonly (number | null)[], rule: MeasurementRule = ruleWith()) {
  const source = createTestSource();
  for (const [index, value] of values.entries()) {
    if (value !== null) source.put(readingOf(second(index * 30), value));
  }
  return unwrap(await dryRun(rule, source, { from: second(0), to: second(values.length * 30) }));
}

const changes = ({ transitions }: Awaited<ReturnType<typeof run>>) =>
  transitions.map(({ at, to }) => `${(at.getTime() - second(0).getTime()) / 1_000} ${to}`);

describe('a dry run', () => {
  it('tells what would have happened, and for how long', async () => {
    const result = await run([0.5, 0.9, 0.9, 0.9, 0.75, 0.6, 0.6, 0.5]);
    expect(changes(result)).toEqual(['30 pending', '90 firing', '180 resolved']);
    expect(result).toMatchObject({ readingsCount: 8, firedCount: 1, firingMs: 90_000 });
    expect(result.transitions[1]).toMatchObject({ target: 'shop', value: 0.9, summary: expect.any(String) });
  });

  it('tells nothing of what never happened', async () => {
    expect(await run([0.5, 0.79, 0.8, 0.5])).toMatchObject({ transitions: [], firedCount: 0, firingMs: 0 });
  });

  it('sees where readings stay away, and counts one alert', async () => {
    const result = await run([0.9, 0.9, 0.9, ...Array<null>(15).fill(null), 0.9, 0.5, 0.5]);
    expect(changes(result)).toEqual([
      '0 pending',
      '60 firing',
      '360.001 no-data',
      '540 firing',
      '600 resolved',
    ]);
    expect(result).toMatchObject({ firedCount: 1, firingMs: 540_000 });
  });

  it('counts time that several targets fire at once a single time', async () => {
    const source = createTestSource(['a', 'b']);
    const rule = ruleWith({ forMs: 0 });
    for (const target of ['a', 'b']) source.put(readingOf(second(0), 0.9, { target }));
    const result = unwrap(await dryRun(rule, source, { from: second(0), to: second(60) }));
    expect(result).toMatchObject({ firedCount: 2, firingMs: 60_000 });
  });

  it('looks at what guards the rule', async () => {
    const rule = ruleWith({ forMs: 0, guards: [{ measurement: 'transactions-count', atLeast: 1_000 }] });
    const source = createTestSource();
    source.put(
      readingOf(second(0), 0.9),
      readingOf(second(0), 10, { measurement: 'transactions-count' }),
      readingOf(second(30), 0.9),
      readingOf(second(30), 5_000, { measurement: 'transactions-count' }),
    );
    const result = unwrap(await dryRun(rule, source, { from: second(0), to: second(60) }));
    expect(changes(result)).toEqual(['30 firing']);
    expect(result.readingsCount).toBe(2);
  });

  it('refuses rules that look at no measurement', async () => {
    const finding = builtInRules(defaultSettings).find(({ kind }) => kind === 'finding') as Rule;
    const result = await dryRun(finding, createTestSource(), { from: second(0), to: second(60) });
    expect(result.ok ? null : result.error).toMatchObject({
      code: 'ALERT.DRY_RUN_UNSUPPORTED',
      why: expect.stringContaining('findings'),
    });
  });
});
