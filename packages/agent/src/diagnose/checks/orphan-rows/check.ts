import {
  displayIdentifier,
  displayName,
  formatCount,
  quoteIdentifier,
  quoteQualified,
} from '../../../kernel/index.ts';
import type { ConstraintRow, OrphanSample, OrphanSamples } from '../../../observe/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import type { BlindSpot, Check, Severity, Subject } from '../../types.ts';

const settings = {
  minimumRows: countSetting({
    key: 'diagnose.orphan-rows.minimum-rows',
    summary: 'Sampled rows without a partner from which a foreign key is reported.',
    unit: 'rows',
    default: 1,
    minimum: 1,
    source: 'any row that breaks a foreign key is wrong',
  }),
  guessRatio: ratioSetting({
    key: 'diagnose.orphan-rows.guess-ratio',
    summary:
      'Share of rows without a partner from which a relation that only names and types suggest is taken for a coincidence and merely mentioned.',
    default: 0.5,
    source: 'a relation that most rows break is probably none',
  }),
  maximumFindings: maximumFindingsSetting('orphan-rows'),
};

/** Finds rows that refer to rows which do not exist, by a declared foreign key or one that the names suggest. */
export const orphanRows: Check = defineCheck({
  id: 'diagnose/orphan-rows',
  title: 'Orphan rows',
  needs: ['orphanSamples', 'constraints'],
  source: 'PostgreSQL docs 5.4.5 "Foreign Keys"',
  settings,
  run: ({ sections, values, threshold }) => {
    const declared = new Map(
      sections.constraints.map((row) => [keyOf(row.schema, row.tableName, row.name), row]),
    );
    const drafts = sections.orphanSamples.samples
      .filter((sample) => sample.orphanRows >= values.minimumRows)
      .toSorted((a, b) => ratioOf(b) - ratioOf(a))
      .map((sample) => {
        const name = sample.constraintName;
        const constraint =
          name === null ? undefined : declared.get(keyOf(sample.schema, sample.tableName, name));
        const severity = severityOf(sample, constraint, values.guessRatio);
        return finding({
          severity,
          subject: subjectOf(sample),
          title: describe(sample),
          evidence: {
            ...evidenceOf(sample),
            constraint: name === null ? null : displayIdentifier(name),
            isValidated: constraint?.isValidated ?? null,
            disabledTriggersCount: constraint?.disabledTriggers ?? null,
          },
          threshold: threshold(name === null && severity === 'info' ? 'guessRatio' : 'minimumRows'),
          remedy: remedyOf(sample, constraint),
        });
      });
    const ranked = drafts.toSorted((a, b) => rank(a.severity) - rank(b.severity));
    return [...capFindings(ranked, values.maximumFindings), ...gapsOf(sections.orphanSamples)];
  },
});

function rank(severity: Severity): number {
  return ['critical', 'warning', 'info'].indexOf(severity);
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function ratioOf(sample: OrphanSample): number {
  return sample.orphanRows / Math.max(1, sample.sampledRows);
}

/** A constraint that PostgreSQL believes is worse than one that it knows to be unproven. */
function severityOf(
  sample: OrphanSample,
  constraint: ConstraintRow | undefined,
  guessRatio: number,
): Severity {
  if (sample.constraintName === null) return ratioOf(sample) >= guessRatio ? 'info' : 'warning';
  return constraint?.isValidated === true ? 'critical' : 'warning';
}

function subjectOf(sample: OrphanSample): Subject {
  const { schema, tableName, constraintName, columns } = sample;
  return constraintName === null
    ? { kind: 'column', schema, name: tableName, column: columns[0] ?? '' }
    : { kind: 'constraint', schema, name: constraintName };
}

function describe(sample: OrphanSample): string {
  const { schema, tableName, columns, referencedSchema, referencedTable } = sample;
  const shown = columns.map((column) => displayIdentifier(column)).join(', ');
  const ratio = `${formatCount(sample.orphanRows)} of ${formatCount(sample.sampledRows)} sampled rows`;
  return `${displayName(schema, tableName)} (${shown}): ${ratio} have no partner in ${displayName(referencedSchema, referencedTable)}`;
}

function evidenceOf(sample: OrphanSample): Readonly<Record<string, string | number | readonly string[]>> {
  return {
    orphanRows: sample.orphanRows,
    sampledRows: sample.sampledRows,
    orphanRatio: ratioOf(sample),
    table: displayName(sample.schema, sample.tableName),
    columns: sample.columns,
    references: displayName(sample.referencedSchema, sample.referencedTable),
    referencedColumns: sample.referencedColumns,
  };
}

function remedyOf(sample: OrphanSample, constraint: ConstraintRow | undefined): string {
  const pairs = sample.columns.map(
    (column, index) =>
      `p.${quoteIdentifier(sample.referencedColumns[index] ?? column)} = c.${quoteIdentifier(column)}`,
  );
  const filled = sample.columns.map((column) => `c.${quoteIdentifier(column)} is not null`);
  const parent = quoteQualified(sample.referencedSchema, sample.referencedTable);
  const child = quoteQualified(sample.schema, sample.tableName);
  const list = `select * from ${child} c where ${filled.join(' and ')} and not exists (select from ${parent} p where ${pairs.join(' and ')})`;
  const then =
    sample.constraintName === null
      ? 'and declare the foreign key if it is one (add it NOT VALID, then validate)'
      : constraint?.isValidated === true
        ? 'enable its triggers again, then drop the constraint and add it anew: PostgreSQL takes it for valid'
        : 'and validate the constraint';
  return `list them: ${list}; restore the missing rows or remove the orphans, ${then}`;
}

/** One blind spot for all keys that could not be sampled. */
function gapsOf({ gaps }: OrphanSamples): readonly BlindSpot[] {
  const [first] = gaps;
  if (first === undefined) return [];
  const tables = [...new Set(gaps.map((gap) => displayName(gap.schema, gap.tableName)))];
  const shown = tables.length > 3 ? [...tables.slice(0, 3), `${tables.length - 3} more`] : tables;
  const remedies = [...new Set(gaps.map((gap) => gap.remedy))];
  return [
    blindSpot(`foreign keys of ${shown.join(', ')} were not sampled: ${first.reason}`, remedies.join('; ')),
  ];
}
