import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { faults, type PlantedFault } from './faults.ts';
import { habits } from './workload/habits.ts';
import { mixes, planOperations } from './workload/mix.ts';
import type { DataShape } from './workload/operation.ts';

const kinds = [
  'table',
  'index',
  'column',
  'sequence',
  'constraint',
  'database',
  'server',
  'setting',
  'session',
  'statement',
];
const needs = ['workload', 'pg_stat_statements', 'server-settings', 'sessions', 'plans'];

describe('faults.json', () => {
  test('plants at least 24 kinds that need nothing but the database', () => {
    expect(
      new Set(faults.filter((fault) => fault.needs.length === 0).map((fault) => fault.id)).size,
    ).toBeGreaterThan(23);
  });

  test('names no finding twice', () => {
    const keys = faults.map((fault) => `${fault.id} ${JSON.stringify(fault.subject)}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('stands in the README, kind by kind', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const listed = [...readme.matchAll(/^\| `(diagnose\/[a-z-]+)`/gm)].map((row) => row[1]);
    expect(listed).toEqual([...new Set(faults.map((fault) => fault.id))]);
  });

  test('keeps its form in every entry', () => {
    for (const fault of faults) expectForm(fault);
  });

  test('matches each statement fault against the text of one bad habit or of the plain mix', () => {
    const shape: DataShape = { products: 100, users: 200, queries: 500, categories: 200, keywords: 50 };
    const names = [...Object.keys(mixes['as-found']), ...habits.map((habit) => habit.name)];
    const texts = names.flatMap((name) =>
      planOperations({ [name]: 1 }, shape, 1)(0).statements.map((statement) => statement.text),
    );
    for (const { subject } of faults) {
      if (subject.kind !== 'statement') continue;
      const matching = new Set(texts.filter((text) => text.includes(subject.matches)));
      expect([subject.matches, matching.size]).toEqual([subject.matches, 1]);
    }
  });
});

function expectForm(fault: PlantedFault): void {
  expect(fault.id).toMatch(/^diagnose\/[a-z-]+$/);
  expect(fault.minimumScale).toBeGreaterThanOrEqual(0.001);
  expect(fault.minimumScale).toBeLessThanOrEqual(1);
  expect(fault.how.length).toBeGreaterThan(20);
  for (const need of fault.needs) expect(needs).toContain(need);
  for (const key of Object.keys(fault.settings)) expect(key).toMatch(/^diagnose\.[a-z-]+\.[a-z-]+$/);
  const also = fault.alsoRaises.map((finding) => finding.subject);
  for (const subject of [fault.subject, ...fault.accepts, ...also]) {
    expect(kinds).toContain(subject.kind);
    if (subject.kind === 'column') expect(subject.column).toMatch(/^[a-z_]+$/);
    if (subject.kind === 'constraint') expect(subject.table).toMatch(/^[a-z_]+$/);
  }
}
