import type { SampleBatch } from '../../series/index.ts';
import type { Snapshot } from '../types.ts';

/** Takes the slow facts out of a snapshot: what tables, indexes and the database hold. @param coveredMs time that they stand for */
export function snapshotStates(snapshot: Snapshot, coveredMs: number): readonly SampleBatch[] {
  const { tables, indexes, database, databases } = snapshot.sections;
  const stamp = { at: snapshot.takenAt, coveredMs };
  const batches: SampleBatch[] = [];
  if (tables.status === 'ok') {
    const rows = tables.data
      .filter((table) => table.kind !== 'partitioned')
      .map((table) => ({
        key: [table.schema, table.name],
        values: {
          liveRows: table.liveRows,
          deadRows: table.deadRows,
          rowsModifiedSinceAnalyze: table.modifiedSinceAnalyze,
          totalBytes: table.totalBytes ?? 0,
          indexesBytes: table.indexesBytes ?? 0,
          toastBytes: table.toastBytes ?? 0,
          frozenAge: table.xidAge ?? 0,
        },
      }));
    batches.push({ ...stamp, kind: 'tableState', rows });
    const matviews = tables.data.flatMap(({ schema, name, refreshXid }) =>
      refreshXid === null ? [] : [{ key: [schema, name], values: { refreshXid } }],
    );
    batches.push({ ...stamp, kind: 'matview', rows: matviews });
  }
  if (indexes.status === 'ok') {
    const rows = indexes.data.map((index) => ({
      key: [index.schema, index.name, index.tableName],
      values: { sizeBytes: index.sizeBytes ?? 0 },
    }));
    batches.push({ ...stamp, kind: 'indexState', rows });
  }
  if (database.status === 'ok') {
    const ages = databases.status === 'ok' ? databases.data : [];
    const oldest = (age: (row: (typeof ages)[number]) => number): number =>
      ages.reduce((most, row) => Math.max(most, age(row)), 0);
    const values = {
      databaseBytes: database.data.sizeBytes ?? 0,
      transactionAge: oldest((row) => row.xidAge),
      multixactAge: oldest((row) => row.multixactAge),
    };
    batches.push({ ...stamp, kind: 'server', rows: [{ key: [], values }] });
  }
  return batches;
}
