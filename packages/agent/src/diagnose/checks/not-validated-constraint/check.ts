import { displayIdentifier, displayName, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import type { ConstraintRow, TableFacts } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { rowCounts } from '../../table-rows.ts';
import type { Check, Severity } from '../../types.ts';

const settings = {
  minimumRows: countSetting({
    key: 'diagnose.not-validated-constraint.minimum-rows',
    summary:
      'Rows of the table from which a constraint that does not hold is a warning, below it information.',
    unit: 'rows',
    default: 0,
    source: 'a declared rule that nobody checks is wrong at any size',
  }),
  maximumFindings: maximumFindingsSetting('not-validated-constraint'),
};

/** Finds constraints that are declared and yet not guaranteed: NOT VALID, switched off, NOT ENFORCED. */
export const notValidatedConstraint: Check = defineCheck({
  id: 'diagnose/not-validated-constraint',
  title: 'Constraints that do not hold',
  needs: ['constraints', 'tables'],
  source: 'PostgreSQL docs 51.13 "pg_constraint", ALTER TABLE "ADD table_constraint [ NOT VALID ]"',
  settings,
  run: ({ sections, values, threshold }) => {
    const rows = rowCounts(sections.tables);
    const drafts = withoutCopies(sections.constraints, sections.tables)
      .toSorted((a, b) => (rows.get(b.tableOid) ?? 0) - (rows.get(a.tableOid) ?? 0))
      .map((constraint) => {
        const tableRows = rows.get(constraint.tableOid) ?? 0;
        const { severity, fault, remedy } = judge(constraint);
        return finding({
          severity: tableRows >= values.minimumRows ? severity : 'info',
          subject: { kind: 'constraint', schema: constraint.schema, name: constraint.name },
          title: `${describe(constraint)} ${fault}`,
          evidence: {
            table: displayName(constraint.schema, constraint.tableName),
            columns: constraint.columns,
            tableRows,
            isValidated: constraint.isValidated,
            isEnforced: constraint.isEnforced,
            disabledTriggersCount: constraint.disabledTriggers,
          },
          threshold: threshold('minimumRows'),
          remedy,
        });
      });
    return capFindings(drafts, values.maximumFindings);
  },
});

function describe(constraint: ConstraintRow): string {
  return `${constraint.kind} ${displayIdentifier(constraint.name)} of ${displayName(constraint.schema, constraint.tableName)}`;
}

interface Judgement {
  readonly severity: Severity;
  readonly fault: string;
  readonly remedy: string;
}

function judge(constraint: ConstraintRow): Judgement {
  const table = quoteQualified(constraint.schema, constraint.tableName);
  const name = quoteIdentifier(constraint.name);
  if (!constraint.isEnforced) {
    return {
      severity: 'info',
      fault: 'is NOT ENFORCED: it documents and checks nothing',
      remedy: `enforce it where the rule must hold (a foreign key: alter table ${table} alter constraint ${name} enforced), or leave it as documentation`,
    };
  }
  const validate = `alter table ${table} validate constraint ${name}`;
  if (constraint.disabledTriggers > 0) {
    const referenced = quoteQualified(constraint.referencedSchema ?? '?', constraint.referencedTable ?? '?');
    return {
      severity: 'warning',
      fault: `is not checked: ${constraint.disabledTriggers} of its triggers are disabled`,
      remedy: `alter table ${table} enable trigger all, the same for ${referenced}; rows written meanwhile are checked only by dropping the constraint, adding it NOT VALID and running ${validate}`,
    };
  }
  return {
    severity: 'warning',
    fault: 'is NOT VALID: rows older than it may break it, and the planner does not use it',
    remedy: `repair the rows that break it, then: ${validate} (reads the table, blocks no writes)`,
  };
}

/** Drops the copies on partitions and inheritance children of a constraint that is itself reported. */
function withoutCopies(
  constraints: readonly ConstraintRow[],
  tables: readonly TableFacts[],
): readonly ConstraintRow[] {
  const parents = new Map(tables.map((table) => [table.oid, table.parentOid]));
  const faulty = constraints.filter(
    (constraint) => !constraint.isValidated || !constraint.isEnforced || constraint.disabledTriggers > 0,
  );
  const key = (tableOid: number, constraint: ConstraintRow): string =>
    JSON.stringify([tableOid, constraint.kind, constraint.columns]);
  const own = new Set(faulty.filter((row) => !row.isInherited).map((row) => key(row.tableOid, row)));
  return faulty.filter((constraint) => {
    if (!constraint.isInherited) return true;
    let tableOid: number | null = constraint.tableOid;
    while (tableOid !== null) {
      if (own.has(key(tableOid, constraint))) return false;
      tableOid = parents.get(tableOid) ?? null;
    }
    return true;
  });
}
