import { DatabaseError } from 'pg';
import { type ConstraintRow, orphanStatement, type Unavailable } from '../../catalog/index.ts';
import { OBSERVE_SETTINGS } from '../settings.ts';
import type { OrphanSample, OrphanSamples, Section } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { type EvidentKey, findEvidentKeys, type OrphanInputs } from './evident-keys.ts';
import { withAncestors } from './locks.ts';
import { explainProbe } from './sequences.ts';

/** Samples the foreign keys that PostgreSQL does not guarantee: not validated, switched off, or not declared. */
export async function collectOrphans(
  context: CollectorContext,
  inputs: OrphanInputs,
): Promise<Section<OrphanSamples>> {
  const startMs = context.clock.monotonicMs();
  const locked = withAncestors(context.locks.oids(), inputs.tables);
  const candidates = keysToSample(inputs).filter(
    (key) => !locked.has(key.tableOid) && !locked.has(key.referencedOid),
  );
  const keys = candidates.slice(0, context.settings.get(OBSERVE_SETTINGS.orphanProbes));
  if (keys.length < candidates.length) {
    context.noteGap({
      id: 'observe/orphan-probes',
      reason: `${candidates.length - keys.length} foreign keys were not sampled`,
      remedy: `raise ${OBSERVE_SETTINGS.orphanProbes.key}`,
    });
  }
  const estimatedRows = new Map(inputs.tables.map((table) => [table.oid, table.estimatedRows]));
  const samples: OrphanSample[] = [];
  const gaps: OrphanSamples['gaps'][number][] = [];
  for (const key of keys) {
    const { schema, tableName } = key;
    try {
      const counted = await sample(context, key, estimatedRows.get(key.tableOid) ?? 0);
      if (counted === 'filtered') gaps.push({ schema, tableName, ...FILTERED });
      else samples.push(counted);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      gaps.push({ schema, tableName, ...explainProbe(error) });
    }
  }
  const tookMs = context.clock.monotonicMs() - startMs;
  return { status: 'ok', data: { samples, gaps }, readAt: context.clock.now(), tookMs };
}

const FILTERED: Unavailable = {
  reason: 'row-level security hides rows from the role',
  remedy: 'audit with a role that has BYPASSRLS',
};

/** Keys worth a sample, the surest first; those of partitions last, since their parent mostly speaks for them. */
function keysToSample(inputs: OrphanInputs): readonly EvidentKey[] {
  const own = inputs.constraints.filter((constraint) => !constraint.isInherited);
  const inherited = inputs.constraints.filter((constraint) => constraint.isInherited);
  return [...uncertainKeys(own), ...findEvidentKeys(inputs), ...uncertainKeys(inherited)];
}

/** Declared foreign keys whose rows may break them all the same. */
function uncertainKeys(constraints: readonly ConstraintRow[]): readonly EvidentKey[] {
  return constraints.flatMap((constraint) => {
    const { referencedOid, referencedSchema, referencedTable } = constraint;
    const isUncertain = !constraint.isValidated || !constraint.isEnforced || constraint.disabledTriggers > 0;
    if (!isUncertain || constraint.kind !== 'foreign key') return [];
    if (referencedOid === null || referencedSchema === null || referencedTable === null) return [];
    return [
      { ...constraint, constraintName: constraint.name, referencedOid, referencedSchema, referencedTable },
    ];
  });
}

async function sample(
  context: CollectorContext,
  key: EvidentKey,
  estimatedRows: number,
): Promise<OrphanSample | 'filtered'> {
  const sampleRows = context.settings.get(OBSERVE_SETTINGS.orphanSampleRows);
  // A table of up to ten samples is read from its beginning; a larger one by random pages.
  const sampleRatio = estimatedRows > 10 * sampleRows ? Math.min(1, (2 * sampleRows) / estimatedRows) : 1;
  const rows = await context.session.read(orphanStatement({ ...key, sampleRows, sampleRatio }));
  const counted = rows[0] as { sampled: number; orphans: number; isFiltered: boolean } | undefined;
  if (counted?.isFiltered === true) return 'filtered';
  const { constraintName, schema, tableName, columns } = key;
  const { referencedSchema, referencedTable, referencedColumns } = key;
  return {
    constraintName,
    schema,
    tableName,
    columns,
    referencedSchema,
    referencedTable,
    referencedColumns,
    sampledRows: counted?.sampled ?? 0,
    orphanRows: counted?.orphans ?? 0,
  };
}
