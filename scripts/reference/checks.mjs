/** checks.md: every check with its needs, thresholds, source and the page from its folder. */
import { anchor, code, page, sentence, table } from './markdown.mjs';
import { settingsTable } from './settings.mjs';

/** What each part of a snapshot is, in the words of a reader. */
const PARTS = {
  lockedRelations: 'locks',
  tables: 'table statistics and sizes',
  indexes: 'indexes, their sizes and scans',
  columns: 'column statistics (of tables that the role may select from)',
  statements: 'statement statistics (extension pg_stat_statements)',
  statementsInfo: 'housekeeping of pg_stat_statements',
  activity: 'sessions (role pg_monitor for those of others)',
  serverSettings: 'server settings',
  settingsFiles: 'configuration files (needs a superuser or a grant on pg_file_settings)',
  database: 'database counters',
  databases: 'ages of all databases',
  replicas: 'connected standbys',
  standby: 'state of this standby',
  slots: 'replication slots',
  archiver: 'the WAL archiver',
  checkpoints: 'checkpoints and background writer',
  wal: 'WAL counters',
  io: 'I/O counters (PostgreSQL 16 and later)',
  sequences: 'sequences',
  constraints: 'constraints',
  partitionedTables: 'partitioned tables',
  preparedTransactions: 'prepared transactions',
  vacuumProgress: 'running vacuums',
  tableBloat: 'table bloat estimates (from statistics that the role may see)',
  indexBloat: 'index bloat estimates (from statistics that the role may see)',
  collations: 'collation versions',
  extendedStatistics: 'extended statistics (their columns)',
  orphanSamples: 'samples of foreign keys (needs SELECT on their tables)',
};

/**
 * Renders checks.md.
 * @param {{ checks: readonly object[], formatUnit: Function, readPage: (name: string) => string }} sources
 *   `readPage` gives the check.md of a check's folder
 */
export function checksPage({ checks, formatUnit, readPage }) {
  const overview = table(
    ['check', 'finds'],
    checks.map(({ id, title }) => [`[${code(id)}](#${anchor(id)})`, title]),
  );
  return page(
    'Checks',
    `What \`pgsteward audit\` and \`pgsteward explain\` look for: ${checks.length} checks. Every threshold is a setting ([settings.md](settings.md)). A check that cannot see what it needs is reported as *unavailable*, with the reason and the remedy: never as fine.`,
    [overview, ...checks.map((check) => checkSection(check, { formatUnit, readPage }))],
  );
}

function checkSection(check, { formatUnit, readPage }) {
  const settings = Object.values(check.settings);
  return [
    `## ${check.id}`,
    `**${sentence(check.title)}** Needs ${needsInWords(check)}. Source: ${sentence(check.source)}`,
    readPage(check.id.slice('diagnose/'.length)).trim(),
    ...(settings.length === 0 ? [] : [settingsTable(settings, { formatUnit })]),
  ].join('\n\n');
}

/** Plans, by what a check asks of them. */
const PLANS = {
  analyzed: 'a plan that was run and measured (`pgsteward explain --analyze`)',
  estimated: 'plans of statements',
};

/** Statements, by what a check judges one by that is not recorded. */
const STATEMENTS = {
  text: 'statement statistics, or a statement given to `pgsteward explain`',
  measured: 'statement statistics, or a statement run by `pgsteward explain --analyze`',
};

function needsInWords({ needs, needsPlans, judgesStatements }) {
  const others = [
    ...(needsPlans === undefined ? [] : [PLANS[needsPlans]]),
    // What reads columns judges without statements too.
    ...(judgesStatements === undefined || needs.includes('columns') ? [] : [STATEMENTS[judgesStatements]]),
  ];
  if (needs.length + others.length === 0) return 'nothing but a connection';
  const parts = needs.map((name) => {
    if (PARTS[name] === undefined) {
      throw new Error(`scripts/reference/checks.mjs has no words for the part "${name}"`);
    }
    return PARTS[name];
  });
  return [...others, ...parts].join('; ');
}
