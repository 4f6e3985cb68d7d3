import type { Check, Diagnosis } from '../../packages/agent/src/diagnose/index.ts';
import type { SectionName, Sections } from '../../packages/agent/src/observe/index.ts';
import type { TestDatabase } from './index.ts';
import { diagnoseObservation, observeDatabase, replaceSections, sectionOf } from './replaced.ts';

/** How parts of a real observation are to differ from what was read. */
export type Changes = { readonly [K in SectionName]?: (read: Sections[K]) => Sections[K] };

/** Observes a real database and runs one check on it with some parts changed: for faults that take hours. */
export async function diagnoseChanged(
  check: Check,
  db: TestDatabase,
  changes: Changes,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Diagnosis> {
  const real = await observeDatabase(db);
  const changed = Object.entries(changes).map(([name, change]) => {
    const read = sectionOf(real, name as SectionName);
    return [name, (change as (read: unknown) => unknown)(read)];
  });
  return diagnoseObservation(check, replaceSections(real, Object.fromEntries(changed)), overrides);
}
