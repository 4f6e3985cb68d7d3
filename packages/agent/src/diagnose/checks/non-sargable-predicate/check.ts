import { displayName } from '../../../kernel/index.ts';
import { countSetting, durationSetting, ratioSetting } from '../../../settings/index.ts';
import { type ParsedStatement, parseStatement } from '../../../sql/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { catalogueOf } from '../../catalogue.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import { parserBlindSpot, readStatements } from '../../parsed-window.ts';
import { givenStatements, plannedSubject, statementsBlindSpot } from '../../planned-statements.ts';
import {
  parsedStatementsSetting,
  statementEvidence,
  statementSubject,
  timeRatio,
} from '../../statement-finding.ts';
import { evidenceText, shortenStatement } from '../../statement-text.ts';
import { statementWindow } from '../../statement-window.ts';
import type { Check, EvidenceValue } from '../../types.ts';
import { type Fault, findFaults, isServedOtherwise } from './faults.ts';

const settings = {
  minimumRows: countSetting({
    key: 'diagnose.non-sargable-predicate.minimum-rows',
    summary: 'Rows of a table from which a condition that no index serves is reported.',
    unit: 'rows',
    default: 10_000,
    source: 'PgHero: index usage is judged from 10,000 rows',
  }),
  warningRatio: ratioSetting({
    key: 'diagnose.non-sargable-predicate.warning-ratio',
    summary: 'Share of the execution time of all statements from which it can be a warning.',
    default: 0.01,
    source: 'below it the whole statement is not worth an hour of work',
  }),
  warningMeanMs: durationSetting({
    key: 'diagnose.non-sargable-predicate.warning-mean-ms',
    summary: 'Mean execution time from which it can be a warning.',
    default: 5,
    source: 'an index answers within a millisecond',
  }),
  parsedStatements: parsedStatementsSetting,
  minimumInterval: minimumIntervalSetting,
  maximumFindings: maximumFindingsSetting('non-sargable-predicate', 20),
};

/** Finds conditions written so that no index can serve them. */
export const nonSargablePredicate: Check = defineCheck({
  id: 'diagnose/non-sargable-predicate',
  title: 'Conditions that no index can serve',
  judgesStatements: 'text',
  needs: ['tables', 'indexes'],
  source:
    'PostgreSQL docs 11.7 "Indexes on Expressions", 11.10 "Operator Classes", 9.24 "Subquery Expressions"',
  settings,
  run: ({ values, threshold, observation, snapshot }) => {
    const blind = parserBlindSpot() ?? statementsBlindSpot(observation);
    if (blind !== null) return [blind];
    const { statements } = snapshot.sections;
    const recorded = statements.status === 'ok' ? statements.data : [];
    const window = statementWindow(observation, recorded, values.minimumInterval);
    const catalogue = catalogueOf(snapshot);
    const judge = (statement: ParsedStatement): Judged | null => {
      const faults = findFaults(statement, catalogue, values.minimumRows);
      const [first] = faults;
      if (first === undefined) return null;
      const isServed = faults.every((fault) => isServedOtherwise(statement, fault.table, catalogue));
      return { first, faults, isServed };
    };
    const ofRecorded = readStatements(window.rows, values.parsedStatements).flatMap(({ row, statement }) => {
      const judged = judge(statement);
      if (judged === null) return [];
      const isWarning =
        !judged.isServed &&
        row.meanMs >= values.warningMeanMs &&
        timeRatio(row, window) >= values.warningRatio;
      return finding({
        ...describe(judged, row.query),
        severity: isWarning ? 'warning' : 'info',
        subject: statementSubject(row),
        evidence: {
          ...statementEvidence(row, window),
          ...evidenceOf(judged),
          blocksPerCallCount: (row.sharedBlocksHit + row.sharedBlocksRead) / row.calls,
        },
        threshold: threshold(isWarning ? 'warningRatio' : 'minimumRows'),
      });
    });
    const ofGiven = givenStatements(observation).flatMap((given) => {
      const statement = parseStatement(given.text);
      const judged = statement === null ? null : judge(statement);
      if (judged === null) return [];
      return finding({
        ...describe(judged, given.text),
        severity: 'info',
        subject: plannedSubject(given),
        evidence: { query: evidenceText(given.text), ...evidenceOf(judged) },
        threshold: threshold('minimumRows'),
      });
    });
    const sorted = [...ofGiven, ...ofRecorded].toSorted(
      (a, b) => Number(b.severity === 'warning') - Number(a.severity === 'warning'),
    );
    return capFindings(sorted, values.maximumFindings);
  },
});

interface Judged {
  readonly first: Fault;
  readonly faults: readonly Fault[];
  /** Another condition is an equality that an index serves. */
  readonly isServed: boolean;
}

function describe(
  { first }: Judged,
  text: string | null,
): { readonly title: string; readonly remedy: string } {
  const table = displayName(first.table.schema, first.table.name);
  return {
    title: `${first.condition} cannot use an index of ${table}: ${shortenStatement(text)}`,
    remedy: first.remedy,
  };
}

function evidenceOf({ first, faults, isServed }: Judged): Readonly<Record<string, EvidenceValue>> {
  return {
    conditions: faults.map((fault) => fault.condition),
    tables: [...new Set(faults.map((fault) => displayName(fault.table.schema, fault.table.name)))],
    tableRows: first.rows,
    defeatsIndex: faults.some((fault) => fault.defeatsIndex),
    hasOtherIndexedEquality: isServed,
  };
}
