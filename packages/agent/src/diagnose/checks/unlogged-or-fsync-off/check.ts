import { displayName, formatCount, quoteQualified } from '../../../kernel/index.ts';
import type { SettingFacts, TableFacts } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { rowsOf } from '../../table-rows.ts';
import type { Check, FindingDraft, Severity, Threshold } from '../../types.ts';

const settings = {
  warningRows: countSetting({
    key: 'diagnose.unlogged-or-fsync-off.warning-rows',
    summary: 'Rows from which an unlogged table is a warning; a smaller one is only mentioned.',
    unit: 'rows',
    default: 1_000,
    source: 'small unlogged tables are mostly queues and caches that may be lost',
  }),
  maximumFindings: maximumFindingsSetting('unlogged-or-fsync-off', 20),
};

/** Finds settings and tables that give up durability. */
export const unloggedOrFsyncOff: Check = defineCheck({
  id: 'diagnose/unlogged-or-fsync-off',
  title: 'Durability given up',
  needs: ['tables', 'serverSettings'],
  source: 'PostgreSQL docs 19.5.1 "Write Ahead Log Settings", CREATE TABLE "UNLOGGED"',
  settings,
  run: ({ sections, values, threshold }) => {
    const switches = SWITCHES.flatMap((row) => {
      const setting = sections.serverSettings.get(row.name);
      return setting?.value === 'off' ? [describeSwitch(row, setting, threshold('warningRows'))] : [];
    });
    const tables = sections.tables
      .filter((table) => table.persistence === 'unlogged' && table.kind !== 'partitioned')
      .toSorted((a, b) => rowsOf(b) - rowsOf(a))
      .map((table) =>
        describeTable(
          table,
          rowsOf(table) >= values.warningRows ? 'warning' : 'info',
          threshold('warningRows'),
        ),
      );
    return [...switches, ...capFindings(tables, values.maximumFindings)];
  },
});

interface Switch {
  readonly name: string;
  readonly severity: Severity;
  /** What it means that the setting is off. */
  readonly consequence: string;
}

const SWITCHES: readonly Switch[] = [
  {
    name: 'fsync',
    severity: 'critical',
    consequence: 'a crash of the machine can destroy the whole cluster beyond repair',
  },
  {
    name: 'full_page_writes',
    severity: 'critical',
    consequence: 'a page half written in a crash of the machine stays corrupt, often unnoticed',
  },
  {
    name: 'synchronous_commit',
    severity: 'warning',
    consequence:
      'a crash loses the transactions of the last moments although their clients saw them committed',
  },
];

function describeSwitch(row: Switch, setting: SettingFacts, threshold: Threshold): FindingDraft {
  return finding({
    severity: row.severity,
    subject: { kind: 'setting', schema: '', name: row.name },
    title: `${row.name} is off: ${row.consequence}`,
    evidence: { value: setting.value, source: setting.source, sourceFile: setting.sourceFile },
    threshold,
    remedy: whereToTurnOn(row.name, setting),
  });
}

/** A value of the database or the role hides the one of the file. */
function whereToTurnOn(name: string, { source }: SettingFacts): string {
  if (source === 'global') return `it is set for all roles: alter role all reset ${name}`;
  if (source === 'database' || source === 'user' || source === 'database user') {
    return `it is set for the ${source === 'user' ? 'role' : source}: alter database or alter role … reset ${name}`;
  }
  return `alter system set ${name} = on; select pg_reload_conf()`;
}

function describeTable(table: TableFacts, severity: Severity, threshold: Threshold): FindingDraft {
  const name = displayName(table.schema, table.name);
  return finding({
    severity,
    subject: { kind: 'table', schema: table.schema, name: table.name },
    title: `${name} (${formatCount(rowsOf(table))} rows) is unlogged: a crash empties it, standbys and backups never hold its rows`,
    evidence: { tableRows: rowsOf(table), sizeBytes: table.totalBytes },
    threshold,
    remedy: `when its rows matter: alter table ${quoteQualified(table.schema, table.name)} set logged (rewrites the table under an exclusive lock)`,
  });
}
