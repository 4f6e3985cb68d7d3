import { expect, it } from 'vitest';
import type { Finding } from '../../../../diagnose/index.ts';
import { findingAbout, type TuneCase, tuneCase } from '../../fixtures.ts';

const waiting = (count: number): readonly Finding[] =>
  Array.from({ length: count }, (_, index) =>
    findingAbout(
      'diagnose/vacuum-overdue',
      { kind: 'table', name: `t${index}` },
      { isAutovacuumEnabled: true, deadRows: 1_000 },
    ),
  );
const names = (given: TuneCase) =>
  tuneCase(given).recommendations.map(({ setting, proposed }) => `${setting} ${proposed}`);

it('works faster and looks more often where tables wait although it is on', () => {
  const found = names({ findings: waiting(2) });
  expect(found).toEqual(
    expect.arrayContaining(['autovacuum_vacuum_cost_limit 1000', 'autovacuum_naptime 15s']),
  );
  const one = tuneCase({ findings: waiting(2) }).recommendations[0];
  expect(one).toMatchObject({
    basis: 'measured',
    findings: ['diagnose/vacuum-overdue'],
    effect: { before: 2_000 },
  });
});

it('leaves alone what keeps up, is set already, or is never held back', () => {
  expect(names({}).filter((name) => name.startsWith('autovacuum'))).toEqual([]);
  const settings = { autovacuum_vacuum_cost_delay: 0, autovacuum_naptime: 20_000 };
  expect(names({ findings: waiting(2), settings }).filter((name) => name.startsWith('autovacuum'))).toEqual(
    [],
  );
});
