import { type MirrorUnmirroredRow, mirrorUnmirroredQuery } from '../../catalog/index.ts';
import { groupBy } from '../../kernel/index.ts';
import { gapAbout } from './gaps.ts';
import type { Reading } from './reading.ts';

type Texts = Readonly<
  Record<MirrorUnmirroredRow['kind'], (names: string) => { reason: string; remedy: string }>
>;

const TEXTS: Texts = {
  'foreign-table': (names) => ({
    reason: `${names}: foreign tables are planned as local tables of the size last analyzed`,
    remedy: 'do not trust costs of plans that read them',
  }),
  'row-security': (names) => ({
    reason: `${names}: row-level security is not mirrored`,
    remedy: 'plans are those of a role that bypasses it; others get the conditions of their policies on top',
  }),
  'table-method': (names) => ({
    reason: `${names}: tables of other access methods are planned as heaps`,
    remedy: 'do not trust costs of plans that read them',
  }),
  'function-language': (names) => ({
    reason: `${names}: functions in other languages than SQL and PL/pgSQL are mirrored by signature and cost only`,
    remedy: 'an immutable one with constant arguments cannot be planned',
  }),
  'operator-class': (names) => ({
    reason: `${names}: operator classes that belong to no extension are not mirrored`,
    remedy: 'indexes that use them are planned as if they were not there',
  }),
  'base-type': (names) => ({
    reason: `${names}: base types that belong to no extension are not mirrored`,
    remedy: 'tables that use them are planned as if they were not there',
  }),
};

/** Says what of the target a shadow cannot have, or has in another form. */
export async function noteUnmirrored(reading: Reading): Promise<void> {
  const groups = groupBy(await reading.rows(mirrorUnmirroredQuery), (row) => row.kind);
  for (const [kind, rows] of groups) {
    for (const gap of gapAbout(kind, rows, TEXTS[kind])) reading.note(gap);
  }
}
