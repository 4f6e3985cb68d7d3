import { displayIdentifier, formatCount } from '../../../kernel/index.ts';
import type { DatabaseAgeRow } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check, FindingDraft, Threshold } from '../../types.ts';

const settings = {
  minimumFailures: countSetting({
    key: 'diagnose.checksum-failures.minimum-failures-count',
    summary: 'Pages with a wrong checksum from which a database is reported.',
    default: 1,
    minimum: 1,
    source: 'one corrupt page is data lost',
  }),
  maximumFindings: maximumFindingsSetting('checksum-failures', 20),
};

/** Finds databases with corrupt pages, and a server that would not notice them. */
export const checksumFailures: Check = defineCheck({
  id: 'diagnose/checksum-failures',
  title: 'Data checksums',
  needs: ['databases', 'serverSettings'],
  source: 'PostgreSQL docs 28.2 "Data Checksums", 27.2.17 "pg_stat_database"',
  settings,
  run: ({ sections, values, threshold }) => {
    if (sections.serverSettings.get('data_checksums')?.value === 'off') {
      return [describeOff(threshold('minimumFailures'))];
    }
    const corrupt = sections.databases
      .filter((database) => (database.checksumFailures ?? 0) >= values.minimumFailures)
      .toSorted((a, b) => (b.checksumFailures ?? 0) - (a.checksumFailures ?? 0))
      .map((database) => describeFailures(database, threshold('minimumFailures')));
    return capFindings(corrupt, values.maximumFindings);
  },
});

function describeOff(threshold: Threshold): FindingDraft {
  return finding({
    severity: 'info',
    subject: { kind: 'server', schema: '', name: 'server' },
    title: 'data checksums are off: a page that the disk corrupts is noticed late or never',
    evidence: { dataChecksums: 'off' },
    threshold,
    remedy: 'with the server stopped: pg_checksums --enable (reads and writes every page once)',
  });
}

function describeFailures(database: DatabaseAgeRow, threshold: Threshold): FindingDraft {
  const failures = database.checksumFailures ?? 0;
  return finding({
    severity: 'critical',
    subject: { kind: 'database', schema: '', name: database.name },
    title: `${formatCount(failures)} ${failures === 1 ? 'page' : 'pages'} of database ${displayIdentifier(database.name)} had a wrong checksum: data is corrupt`,
    evidence: { failuresCount: failures, isConnected: database.isConnected },
    threshold,
    remedy:
      "stop writing where you can, keep a copy of the files, find the pages in the server's log, restore them from a backup or a replica, and replace the disk or memory that did it",
  });
}
