import {
  displayIdentifier,
  displayName,
  formatCount,
  groupBy,
  quoteIdentifier,
  quoteLiteral,
  quoteQualified,
} from '../../../kernel/index.ts';
import type { IndexFacts, SequenceFacts, Snapshot } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import type { BlindSpot, Check, Severity } from '../../types.ts';

const settings = {
  minimumBehind: countSetting({
    key: 'diagnose.sequence-behind.minimum-behind-count',
    summary: 'Values by which a sequence lies behind its column from which it is reported.',
    default: 1,
    minimum: 1,
    source: 'one value behind is enough for an insert to fail',
  }),
  maximumFindings: maximumFindingsSetting('sequence-behind'),
};

/** Finds sequences whose next values lie among those that their column already holds. */
export const sequenceBehind: Check = defineCheck({
  id: 'diagnose/sequence-behind',
  title: 'Sequences behind their column',
  needs: ['sequences', 'indexes'],
  source: 'PostgreSQL docs 9.17 "Sequence Manipulation Functions" (setval), 5.3 "Identity Columns"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const unique = uniqueColumns(sections.indexes);
    const isFilled = filledColumns(snapshot);
    const lags = sections.sequences
      .flatMap((sequence) => {
        const lag = lagOf(sequence);
        return lag === null || lag.behindCount < values.minimumBehind ? [] : [lag];
      })
      .toSorted((a, b) => b.behindCount - a.behindCount);
    // Of the columns that share a sequence the one furthest ahead decides where it must go.
    const drafts = [...groupBy(lags, ({ sequence }) => sequence.oid).values()]
      .flatMap(([furthest]) => furthest ?? [])
      .map((lag) => {
        const { sequence } = lag;
        const isUnique = unique.has(keyOf(sequence.tableOid, sequence.columnName));
        const isInUse = isFilled(sequence);
        return finding({
          severity: severityOf(lag, { isUnique, isInUse }),
          subject: { kind: 'sequence', schema: sequence.schema, name: sequence.name },
          title: describe(lag, isUnique),
          evidence: {
            behindCount: lag.behindCount,
            nextValueCount: lag.nextValue,
            columnMaximumCount: lag.maximum,
            column: lag.column,
            isColumnUnique: isUnique,
            isNextValueTaken: sequence.isNextTaken,
            isDefaultOfColumn: isInUse,
          },
          threshold: threshold('minimumBehind'),
          remedy: remedyOf(sequence),
        });
      })
      .toSorted((a, b) => RANK.indexOf(a.severity) - RANK.indexOf(b.severity));
    return [...capFindings(drafts, values.maximumFindings), ...gapsOf(sections.sequences)];
  },
});

const RANK: readonly Severity[] = ['critical', 'warning', 'info'];

interface Lag {
  readonly sequence: SequenceFacts;
  readonly nextValue: number;
  readonly maximum: number;
  readonly behindCount: number;
  readonly column: string;
}

/**
 * Compares a rising sequence with its column; null when it is ahead, or when the two cannot meet: sequences
 * of several nodes that step in turns (increment 2, offsets 1 and 2) never give each other's values.
 */
function lagOf(sequence: SequenceFacts): Lag | null {
  const { nextValue, columnMaximum: maximum, increment, tableSchema, tableName, columnName } = sequence;
  if (nextValue === null || maximum === null || sequence.isCyclic || increment < 0) return null;
  if (tableSchema === null || tableName === null || columnName === null) return null;
  if (maximum < nextValue || ((maximum - nextValue) % increment !== 0 && sequence.isNextTaken !== true))
    return null;
  const behindCount = Math.floor((maximum - nextValue) / increment) + 1;
  const column = `${displayName(tableSchema, tableName)}.${displayIdentifier(columnName)}`;
  return { sequence, nextValue, maximum, behindCount, column };
}

/** Critical when the very next insert fails; a warning when one later will; information when nothing inserts. */
function severityOf(
  { sequence }: Lag,
  { isUnique, isInUse }: { readonly isUnique: boolean; readonly isInUse: boolean },
): Severity {
  if (!isInUse) return 'info';
  return isUnique && sequence.isNextTaken === true ? 'critical' : 'warning';
}

function describe({ sequence, nextValue, maximum, column }: Lag, isUnique: boolean): string {
  const name = displayName(sequence.schema, sequence.name);
  const consequence = isUnique ? 'inserts fail with a duplicate key' : 'inserts repeat values';
  return `${name} gives ${formatCount(nextValue)} next, ${column} already reaches ${formatCount(maximum)}: ${consequence}`;
}

function remedyOf(sequence: SequenceFacts): string {
  const name = quoteLiteral(quoteQualified(sequence.schema, sequence.name));
  const column = quoteIdentifier(sequence.columnName ?? '?');
  const table = quoteQualified(sequence.tableSchema ?? '?', sequence.tableName ?? '?');
  return `select setval(${name}, (select max(${column}) from ${table})); then find what inserts its own values (a restore, a copy, logical replication)`;
}

function keyOf(tableOid: number | null, column: string | null): string {
  return JSON.stringify([tableOid, column]);
}

/** Columns that a unique index on themselves alone keeps unique. */
function uniqueColumns(indexes: readonly IndexFacts[]): ReadonlySet<string> {
  return new Set(
    indexes
      .filter((index) => index.isUnique && index.isValid && index.predicateTree === null)
      .filter((index) => index.keyColumnCount === 1)
      .map((index) => keyOf(index.tableOid, index.columns[0] ?? null)),
  );
}

/** Tells whether a column takes its values from a sequence; columns that were not read are taken to. */
function filledColumns(snapshot: Snapshot): (sequence: SequenceFacts) => boolean {
  const { columns } = snapshot.sections;
  const rows = columns.status === 'ok' ? columns.data.columns : [];
  const known = new Map(rows.map((row) => [keyOf(row.tableOid, row.name), row]));
  return ({ tableOid, columnName }) => {
    const row = known.get(keyOf(tableOid, columnName));
    return row === undefined || row.isIdentity || (row.defaultExpression?.includes('nextval(') ?? false);
  };
}

/** One blind spot for all columns that could not be read. */
function gapsOf(sequences: readonly SequenceFacts[]): readonly BlindSpot[] {
  const gaps = sequences.flatMap((sequence) =>
    sequence.columnMaximumGap === null ? [] : [{ sequence, gap: sequence.columnMaximumGap }],
  );
  const [first] = gaps;
  if (first === undefined) return [];
  const { sequence, gap } = first;
  const shown = displayName(sequence.tableSchema ?? sequence.schema, sequence.tableName ?? sequence.name);
  const rest = gaps.length > 1 ? ` and ${gaps.length - 1} more` : '';
  return [blindSpot(`the largest values of ${shown}${rest} were not read: ${gap.reason}`, gap.remedy)];
}
