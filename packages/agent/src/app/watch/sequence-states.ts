import { sequenceUse } from '../../diagnose/index.ts';
import type { Snapshot } from '../../observe/index.ts';
import type { SampleBatch, SampleRow } from '../../series/index.ts';

/** Tells how far each sequence has come; of the columns that share one the narrowest decides. */
export function sequenceStates(snapshot: Snapshot, coveredMs: number): readonly SampleBatch[] {
  const { sequences } = snapshot.sections;
  if (sequences.status !== 'ok') return [];
  const rows = new Map<string, SampleRow>();
  for (const sequence of sequences.data) {
    if (sequence.isCyclic || sequence.lastValue === null) continue;
    const { usedCount: used, availableCount: available } = sequenceUse(sequence, sequence.lastValue);
    const key = [sequence.schema, sequence.name];
    const id = JSON.stringify(key);
    const before = rows.get(id)?.values['available'] ?? Number.POSITIVE_INFINITY;
    if (available < before) rows.set(id, { key, values: { used, available } });
  }
  return [{ kind: 'sequence', at: snapshot.takenAt, coveredMs, rows: [...rows.values()] }];
}
