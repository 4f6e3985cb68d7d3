import {
  displayIdentifier,
  displayName,
  formatCount,
  formatRatio,
  quoteQualified,
} from '../../../kernel/index.ts';
import type { DatabaseAgeRow, Snapshot, TableFacts } from '../../../observe/index.ts';
import { ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding, gradeAbove } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  warningRatio: ratioSetting({
    key: 'diagnose.wraparound.warning-ratio',
    summary: 'Share of the 2,147,483,648 usable ids at which the age of a database is a warning.',
    default: 0.5,
    source: 'pganalyze and PgHero: half of the way, five times autovacuum_freeze_max_age',
  }),
  criticalRatio: ratioSetting({
    key: 'diagnose.wraparound.critical-ratio',
    summary: 'Share of the usable ids at which the age of a database is critical.',
    default: 0.8,
    source: 'from 0.98 on PostgreSQL warns, at the end it refuses every write',
  }),
  maximumFindings: maximumFindingsSetting('wraparound', 20),
};

const ID_LIMIT = 2 ** 31;
const OLDEST_TABLES = 5;

/** Finds databases whose oldest transaction or multixact id comes close to the end of the id space. */
export const wraparound: Check = defineCheck({
  id: 'diagnose/wraparound',
  title: 'Transaction id wraparound',
  needs: ['databases'],
  source: 'PostgreSQL docs 24.1.5 "Preventing Transaction ID Wraparound Failures"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const findings = sections.databases
      .toSorted((a, b) => highest(b) - highest(a))
      .flatMap((database) => {
        const ratio = highest(database);
        const severity = gradeAbove(ratio, values.warningRatio, values.criticalRatio);
        if (severity === null) return [];
        const isXid = database.xidAge >= database.multixactAge;
        const oldest = database.isConnected ? oldestTables(snapshot, isXid) : [];
        const [first] = oldest;
        return [
          finding({
            severity,
            subject: { kind: 'database', schema: '', name: database.name },
            title: `${displayIdentifier(database.name)} has used ${formatRatio(ratio)} of its ${
              isXid ? 'transaction' : 'multixact'
            } ids (${formatCount(Math.max(database.xidAge, database.multixactAge))})`,
            evidence: {
              ageRatio: ratio,
              xidAgeCount: database.xidAge,
              multixactAgeCount: database.multixactAge,
              limitCount: ID_LIMIT,
              oldestTables: oldest.map(
                (table) => `${displayName(table.schema, table.name)} (${formatCount(ageOf(table, isXid))})`,
              ),
            },
            threshold: threshold(severity === 'critical' ? 'criticalRatio' : 'warningRatio'),
            remedy:
              first === undefined
                ? `connect to ${displayIdentifier(database.name)} and run vacuum (freeze) on its oldest tables, after ending what diagnose/xmin-horizon names`
                : `vacuum (freeze, verbose) ${quoteQualified(first.schema, first.name)} and the other oldest tables, after ending what diagnose/xmin-horizon names`,
          }),
        ];
      });
    return capFindings(findings, values.maximumFindings);
  },
});

function highest(database: DatabaseAgeRow): number {
  return Math.max(database.xidAge, database.multixactAge) / ID_LIMIT;
}

function oldestTables(snapshot: Snapshot, isXid: boolean): readonly TableFacts[] {
  const { tables } = snapshot.sections;
  return tables.status === 'ok'
    ? tables.data.toSorted((a, b) => ageOf(b, isXid) - ageOf(a, isXid)).slice(0, OLDEST_TABLES)
    : [];
}

function ageOf(table: TableFacts, isXid: boolean): number {
  return (isXid ? table.xidAge : table.multixactAge) ?? 0;
}
