import type { Finding } from '../../../diagnose/index.ts';
import { displayName, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import type { ConstraintRow, Snapshot } from '../../../observe/index.ts';
import { indexName } from '../../index-name.ts';
import { tableByOid } from '../../subjects.ts';
import type { Advisor } from '../../types.ts';

/** Adds the index under a foreign key. */
export const createIndex: Advisor = {
  id: 'advise/create-index',
  remedies: ['diagnose/unindexed-foreign-key'],
  advise: (finding, snapshot) => {
    const key = foreignKeyOf(snapshot, finding);
    const table = key === null ? null : tableByOid(snapshot, key.tableOid);
    // A partitioned table needs one build per partition, which `act` will bring.
    if (key === null || table === null || table.kind !== 'table') return null;
    const taken = takenNames(snapshot, key.schema);
    const index = indexName(`${key.tableName}_${key.columns.join('_')}`, (name) => taken.has(name));
    const columns = key.columns.map(quoteIdentifier).join(', ');
    const target = quoteQualified(key.schema, key.tableName);
    return {
      id: `create-index/${displayName(key.schema, index)}`,
      kind: 'create-index',
      title: `Index the foreign key ${displayName(key.schema, key.name)}`,
      do: [`create index concurrently ${quoteIdentifier(index)} on ${target} (${columns});`],
      undo: [`drop index concurrently if exists ${quoteQualified(key.schema, index)};`],
      effect: {
        metric: 'rowsReadPerReferencedDelete',
        before: table.estimatedRows ?? table.liveRows,
        after: null,
        unit: 'rows',
        method: 'a delete or key update in the referenced table reads the whole table without the index',
      },
      risk: { level: 'low', why: 'one more index to write on every insert; the build reads the table twice' },
    };
  },
};

function foreignKeyOf(snapshot: Snapshot, finding: Finding): ConstraintRow | null {
  const { constraints } = snapshot.sections;
  if (constraints.status !== 'ok') return null;
  const { schema, name } = finding.subject;
  return (
    constraints.data.find(
      (row) =>
        row.schema === schema &&
        row.name === name &&
        displayName(row.schema, row.tableName) === finding.evidence['table'],
    ) ?? null
  );
}

function takenNames(snapshot: Snapshot, schema: string): ReadonlySet<string> {
  const { indexes, tables } = snapshot.sections;
  const rows = [
    ...(indexes.status === 'ok' ? indexes.data : []),
    ...(tables.status === 'ok' ? tables.data : []),
  ];
  return new Set(rows.filter((row) => row.schema === schema).map((row) => row.name));
}
