import { displayIdentifier, displayName, formatCount, quoteIdentifier } from '../../../kernel/index.ts';
import type { Observation } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { catalogueOf } from '../../catalogue.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import { parserBlindSpot, readStatements } from '../../parsed-window.ts';
import { parsedStatementsSetting, statementEvidence, statementSubject } from '../../statement-finding.ts';
import { evidenceText, shortenStatement } from '../../statement-text.ts';
import { type StatementWindow, statementWindow } from '../../statement-window.ts';
import type { Check, FindingDraft } from '../../types.ts';
import { type ParentList, type PointRead, parentList, pointRead, relatedBy } from './parents.ts';

const settings = {
  minimumRatio: countSetting({
    key: 'diagnose.n-plus-one.minimum-ratio-calls',
    summary: 'Identical point reads for each list, or for each transaction, from which they are reported.',
    default: 20,
    source: 'a page of a list has twenty rows and more',
  }),
  minimumCalls: countSetting({
    key: 'diagnose.n-plus-one.minimum-calls',
    summary: 'Calls from which a point read is looked at.',
    default: 1_000,
    source: 'fewer round trips are not worth a change of the application',
  }),
  maximumRows: countSetting({
    key: 'diagnose.n-plus-one.maximum-rows',
    summary: 'Rows per call up to which a statement counts as a point read.',
    unit: 'rows',
    default: 5,
    source: 'one row by its key, or the few that hang on one row',
  }),
  parsedStatements: parsedStatementsSetting,
  minimumInterval: minimumIntervalSetting,
  maximumFindings: maximumFindingsSetting('n-plus-one', 20),
};

/** Finds point reads that an application makes in a loop. */
export const nPlusOne: Check = defineCheck({
  id: 'diagnose/n-plus-one',
  title: 'Point reads in a loop (N+1)',
  needs: ['statements', 'tables', 'database'],
  source: 'PostgreSQL docs F.32 "pg_stat_statements": calls, rows; 27.2.17 "pg_stat_database": xact_commit',
  settings,
  run: ({ sections, values, threshold, observation, snapshot }) => {
    const blind = parserBlindSpot();
    if (blind !== null) return [blind];
    const window = statementWindow(observation, sections.statements, values.minimumInterval);
    const catalogue = catalogueOf(snapshot);
    const { constraints } = snapshot.sections;
    const isRelated = relatedBy(catalogue, constraints.status === 'ok' ? constraints.data : []);
    const mostCalled = window.rows.toSorted((a, b) => b.calls - a.calls);
    const points = readStatements(
      mostCalled.filter((row) => row.calls >= values.minimumCalls),
      values.parsedStatements,
    ).flatMap((read) => pointRead(read, catalogue, values.maximumRows) ?? []);
    const lists = readStatements(mostCalled, values.parsedStatements).filter(
      ({ statement }) => statement.kind === 'select',
    );
    const transactions = transactionsOf(observation, window);
    const findings = points.flatMap((point) => {
      const parent = parentList(point, lists, values.minimumRatio, isRelated);
      const perTransaction = transactions === null ? 0 : point.row.calls / Math.max(1, transactions);
      if (parent === null && perTransaction < values.minimumRatio) return [];
      return describe({ point, parent, perTransaction }, window, threshold('minimumRatio'));
    });
    return capFindings(findings, values.maximumFindings);
  },
});

/**
 * Counts the transactions of the window.
 * @returns null when the database's counters began after those of the statements and would be too few
 */
function transactionsOf(observation: Observation, window: StatementWindow): number | null {
  const { database, statementsInfo } = observation.snapshot.sections;
  if (window.source === 'interval') {
    const moved = observation.interval?.database;
    return moved == null ? null : moved.commits + moved.rollbacks;
  }
  if (database.status !== 'ok') return null;
  const { statsReset, commits, rollbacks } = database.data;
  const began = statementsInfo.status === 'ok' ? statementsInfo.data.statsReset : null;
  if (statsReset !== null && (began === null || statsReset > began)) return null;
  return commits + rollbacks;
}

interface Loop {
  readonly point: PointRead;
  readonly parent: ParentList | null;
  readonly perTransaction: number;
}

function describe(
  { point, parent, perTransaction }: Loop,
  window: StatementWindow,
  threshold: FindingDraft['threshold'],
): FindingDraft {
  const many =
    parent === null
      ? `${formatCount(perTransaction)} identical point reads in each transaction`
      : `${formatCount(parent.ratio)} identical point reads for each list`;
  const column = point.columns[0] ?? '';
  return finding({
    severity: 'warning',
    subject: statementSubject(point.row),
    title: `${many}: ${shortenStatement(point.row.query)}`,
    evidence: {
      ...statementEvidence(point.row, window),
      table: displayName(point.table.schema, point.table.name),
      columns: point.columns.map(displayIdentifier),
      callsPerTransactionCount: perTransaction,
      callsPerListCount: parent?.ratio ?? null,
      fit: parent?.fit ?? null,
      listQueryId: parent?.row.queryId ?? null,
      listQuery: evidenceText(parent?.row.query ?? null),
      listCallsCount: parent?.row.calls ?? null,
      listRowsPerCallRows: parent === null ? null : parent.row.rows / parent.row.calls,
    },
    threshold,
    remedy: `read them all at once, with ${quoteIdentifier(column)} = any($1) or a join${
      parent === null ? '' : ` in the list (${shortenStatement(parent.row.query)})`
    }: ${formatCount(point.row.calls)} round trips become ${formatCount(point.row.calls / (parent?.ratio ?? perTransaction))}`,
  });
}
