import {
  displayIdentifier,
  displayName,
  escapeControls,
  quoteIdentifier,
  quoteQualified,
} from '../kernel/index.ts';
import type { ColumnRow } from '../observe/index.ts';
import { countSetting } from '../settings/index.ts';
import { capFindings, maximumFindingsSetting } from './cap-findings.ts';
import { defineCheck, finding } from './define-check.ts';
import { rowCounts } from './table-rows.ts';
import type { Check } from './types.ts';

/** A type that bites later, and what to use instead. */
export interface ColumnTypeRule {
  /** Bare name of the check, such as `money-type`. */
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly matches: (column: ColumnRow) => boolean;
  /** What is wrong, after the column's name: `is timestamp without time zone`. */
  readonly fault: (column: ColumnRow) => string;
  /** New type and conversion, as `alter column … ` continues: `type jsonb using "a"::jsonb`. */
  readonly conversion: (quotedColumn: string, column: ColumnRow) => string;
  /** What the conversion costs or needs, after the statement. */
  readonly caution: string;
}

/** Builds the check of one type: information on each column that has it, largest tables first. */
export function defineColumnTypeCheck(rule: ColumnTypeRule): Check {
  const settings = {
    minimumRows: countSetting({
      key: `diagnose.${rule.name}.minimum-rows`,
      summary: 'Smallest table whose columns are looked at.',
      unit: 'rows',
      default: 0,
      source: 'a type is cheapest to change while the table is small',
    }),
    maximumFindings: maximumFindingsSetting(rule.name),
  };
  return defineCheck({
    id: `diagnose/${rule.name}`,
    title: rule.title,
    needs: ['columns', 'tables'],
    source: rule.source,
    settings,
    run: ({ sections, values, threshold }) => {
      const matviews = new Set(
        sections.tables.filter((table) => table.kind === 'matview').map((table) => table.oid),
      );
      const rows = rowCounts(sections.tables);
      const rowsOf = (column: ColumnRow): number => rows.get(column.tableOid) ?? 0;
      const drafts = sections.columns.columns
        .filter((column) => !matviews.has(column.tableOid) && rule.matches(column))
        .filter((column) => rowsOf(column) >= values.minimumRows)
        .toSorted((a, b) => rowsOf(b) - rowsOf(a))
        .map((column) =>
          finding({
            severity: 'info',
            subject: {
              kind: 'column',
              schema: column.schema,
              name: column.tableName,
              column: column.name,
            },
            title: `${displayName(column.schema, column.tableName)}.${displayIdentifier(column.name)} ${rule.fault(column)}`,
            evidence: {
              type: column.type,
              tableRows: rowsOf(column),
              averageWidthBytes: column.averageWidthBytes,
            },
            threshold: threshold('minimumRows'),
            remedy: `${conversion(rule, column)}: ${rule.caution}${domainCaution(column)}`,
          }),
        );
      return capFindings(drafts, values.maximumFindings);
    },
  });
}

/** A column of a domain loses it with its type: what the domain demands has to be declared anew. */
function domainCaution({ type, baseType }: ColumnRow): string {
  return type === baseType
    ? ''
    : `; better make a new domain in place of ${escapeControls(type)}, whose rules the column loses`;
}

function conversion(rule: ColumnTypeRule, column: ColumnRow): string {
  const name = quoteIdentifier(column.name);
  const table = quoteQualified(column.schema, column.tableName);
  return `alter table ${table} alter column ${name} ${rule.conversion(name, column)}`;
}
