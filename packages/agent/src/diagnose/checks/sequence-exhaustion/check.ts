import {
  displayIdentifier,
  displayName,
  formatCount,
  formatRatio,
  groupBy,
  quoteIdentifier,
  quoteQualified,
} from '../../../kernel/index.ts';
import type { SequenceFacts } from '../../../observe/index.ts';
import { ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding, gradeAbove } from '../../define-check.ts';
import type { BlindSpot, Check } from '../../types.ts';

const settings = {
  warningRatio: ratioSetting({
    key: 'diagnose.sequence-exhaustion.warning-ratio',
    summary: 'Share of the values given out from which a sequence is a warning.',
    default: 0.8,
    source: 'Postgres MCP Pro and PgHero warn at 90 %; 80 % leaves time to widen a large table',
  }),
  criticalRatio: ratioSetting({
    key: 'diagnose.sequence-exhaustion.critical-ratio',
    summary: 'Share of the values given out from which a sequence is critical.',
    default: 0.9,
    source: 'PgHero and Postgres MCP Pro: 90 %',
  }),
  maximumFindings: maximumFindingsSetting('sequence-exhaustion'),
};

/** Smallest and largest value of the column types that are narrower than a sequence can be. */
const TYPE_LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  int2: [-32_768, 32_767],
  int4: [-2_147_483_648, 2_147_483_647],
};

/** Finds sequences that soon have no value left, or none that fits into their column. */
export const sequenceExhaustion: Check = defineCheck({
  id: 'diagnose/sequence-exhaustion',
  title: 'Sequences near their end',
  needs: ['sequences'],
  source: 'PostgreSQL docs "CREATE SEQUENCE", 8.1.1 "Integer Types"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const used = sections.sequences
      .filter((sequence) => !sequence.isCyclic && sequence.lastValue !== null)
      .map((sequence) => ({ sequence, use: sequenceUse(sequence, sequence.lastValue ?? 0) }))
      .toSorted((a, b) => b.use.usedRatio - a.use.usedRatio);
    // Of the columns that share a sequence the narrowest decides.
    const drafts = [...groupBy(used, ({ sequence }) => sequence.oid).values()]
      .flatMap(([narrowest]) => narrowest ?? [])
      .flatMap(({ sequence, use }) => {
        const severity = gradeAbove(use.usedRatio, values.warningRatio, values.criticalRatio);
        if (severity === null) return [];
        return [
          finding({
            severity,
            subject: { kind: 'sequence', schema: sequence.schema, name: sequence.name },
            title: describe(sequence, use),
            evidence: {
              usedRatio: use.usedRatio,
              remainingCount: use.remainingCount,
              lastValueCount: sequence.lastValue,
              endCount: use.end,
              increment: sequence.increment,
              column: columnOf(sequence),
              columnType: sequence.columnType,
              limitedBy: use.isLimitedByColumn ? 'type of the column' : 'maximum of the sequence',
            },
            threshold: threshold(severity === 'critical' ? 'criticalRatio' : 'warningRatio'),
            remedy: remedyOf(sequence, use),
          }),
        ];
      });
    return [
      ...capFindings(drafts, values.maximumFindings),
      ...unreadable(sections.sequences, snapshot.server.isInRecovery),
    ];
  },
});

/** How far a sequence has come. */
export interface SequenceUse {
  /** Values that it has given. */
  readonly usedCount: number;
  /** Values that fit the sequence and its column. */
  readonly availableCount: number;
  /** Last value that fits both the sequence and its column. */
  readonly end: number;
  readonly usedRatio: number;
  readonly remainingCount: number;
  readonly isLimitedByColumn: boolean;
}

/** Tells how far a sequence has come. */
export function sequenceUse(sequence: SequenceFacts, lastValue: number): SequenceUse {
  const { minimum, maximum, increment } = sequence;
  const isAscending = increment > 0;
  const [lowest, highest] = TYPE_LIMITS[sequence.columnType ?? ''] ?? [minimum, maximum];
  const begin = isAscending ? minimum : maximum;
  const end = isAscending ? Math.min(maximum, highest) : Math.max(minimum, lowest);
  const range = Math.abs(end - begin);
  return {
    usedCount: Math.abs(lastValue - begin),
    availableCount: range,
    end,
    usedRatio: range === 0 ? 1 : Math.max(0, (lastValue - begin) / (end - begin)),
    remainingCount: Math.max(0, Math.floor((end - lastValue) / increment)),
    isLimitedByColumn: isAscending ? highest < maximum : lowest > minimum,
  };
}

function columnOf(sequence: SequenceFacts): string | null {
  const { tableSchema, tableName, columnName } = sequence;
  if (tableSchema === null || tableName === null || columnName === null) return null;
  return `${displayName(tableSchema, tableName)}.${displayIdentifier(columnName)}`;
}

function describe(sequence: SequenceFacts, use: SequenceUse): string {
  const name = displayName(sequence.schema, sequence.name);
  if (use.remainingCount === 0) {
    return `${name} is exhausted at ${formatCount(use.end)}: the next insert fails`;
  }
  return `${name} has given ${formatRatio(use.usedRatio)} of its values, ${formatCount(use.remainingCount)} are left`;
}

function remedyOf(sequence: SequenceFacts, use: SequenceUse): string {
  const name = quoteQualified(sequence.schema, sequence.name);
  const { tableSchema, tableName, columnName, columnType } = sequence;
  const isNarrow = columnType !== null && TYPE_LIMITS[columnType] !== undefined;
  const bound = use.end < 0 ? 'no minvalue' : 'no maxvalue';
  const widenSequence = `alter sequence ${name} as bigint ${bound}`;
  if (!isNarrow || tableSchema === null || tableName === null || columnName === null) return widenSequence;
  const column = `alter table ${quoteQualified(tableSchema, tableName)} alter column ${quoteIdentifier(columnName)} type bigint`;
  return `widen the column, then the sequence: ${column} (rewrites the table under an exclusive lock; for a large one add a bigint column, fill it in batches and swap) and ${widenSequence}; foreign keys to it need the same type`;
}

/** One blind spot for all sequences that the role may not read. Other sessions' temporary ones are no one's business. */
function unreadable(sequences: readonly SequenceFacts[], isInRecovery: boolean): readonly BlindSpot[] {
  const hidden = sequences.filter(
    (sequence) => !sequence.isReadable && !/^pg_temp_|^pg_toast_temp_/.test(sequence.schema),
  );
  const [first] = hidden;
  if (first === undefined) return [];
  const shown = displayName(first.schema, first.name);
  const rest = hidden.length > 1 ? ` and ${hidden.length - 1} more` : '';
  const why = isInRecovery ? 'no right to them, or unlogged on a standby' : 'no right to them, or locked';
  return [
    blindSpot(
      `the values of ${shown}${rest} could not be read: ${why}`,
      `grant select on all sequences in schema ${quoteIdentifier(first.schema)} to the role`,
    ),
  ];
}
