import { DatabaseError } from 'pg';
import type { ConstraintRow } from '../../catalog/index.ts';
import { orphanStatement } from '../../catalog/index.ts';
import { OBSERVE_SETTINGS } from '../settings.ts';
import type {
  ColumnListing,
  IndexFacts,
  OrphanSample,
  OrphanSamples,
  Section,
  TableFacts,
} from '../types.ts';
import type { CollectorContext } from './context.ts';
import { type EvidentKey, findEvidentKeys } from './evident-keys.ts';
import { explainProbe } from './sequences.ts';

/** What the choice of keys to sample rests on. */
export interface OrphanInputs {
  readonly constraints: readonly ConstraintRow[];
  readonly columns: ColumnListing;
  readonly tables: readonly TableFacts[];
  readonly indexes: readonly IndexFacts[];
}

/** Samples the foreign keys that PostgreSQL does not guarantee: not validated, switched off, or not declared. */
export async function collectOrphans(
  context: CollectorContext,
  inputs: OrphanInputs,
): Promise<Section<OrphanSamples>> {
  const startMs = context.clock.monotonicMs();
  const locked = new Set(context.lockedOids);
  const keys = [...uncertainKeys(inputs.constraints), ...findEvidentKeys(inputs)]
    .filter((key) => !locked.has(key.tableOid) && !locked.has(key.referencedOid))
    .slice(0, context.settings.get(OBSERVE_SETTINGS.orphanProbes));
  const samples: OrphanSample[] = [];
  const gaps: OrphanSamples['gaps'][number][] = [];
  for (const key of keys) {
    const table = inputs.tables.find((candidate) => candidate.oid === key.tableOid);
    try {
      samples.push(await sample(context, key, table?.estimatedRows ?? 0));
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      gaps.push({ schema: key.schema, tableName: key.tableName, ...explainProbe(error) });
    }
  }
  const tookMs = context.clock.monotonicMs() - startMs;
  return { status: 'ok', data: { samples, gaps }, readAt: context.clock.now(), tookMs };
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
): Promise<OrphanSample> {
  const sampleRows = context.settings.get(OBSERVE_SETTINGS.orphanSampleRows);
  // A table of up to ten samples is read from its beginning; a larger one by random pages.
  const sampleRatio = estimatedRows > 10 * sampleRows ? Math.min(1, (2 * sampleRows) / estimatedRows) : 1;
  const rows = await context.session.read(orphanStatement({ ...key, sampleRows, sampleRatio }));
  const counted = rows[0] as { readonly sampled: number; readonly orphans: number } | undefined;
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
