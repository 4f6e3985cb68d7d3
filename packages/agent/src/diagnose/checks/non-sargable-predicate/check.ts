import { displayName } from '../../../kernel/index.ts';
import { countSetting, durationSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { catalogueOf } from '../../catalogue.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import { parserBlindSpot, readStatements } from '../../parsed-window.ts';
import {
  parsedStatementsSetting,
  statementEvidence,
  statementSubject,
  timeRatio,
} from '../../statement-finding.ts';
import { shortenStatement } from '../../statement-text.ts';
import { statementWindow } from '../../statement-window.ts';
import type { Check } from '../../types.ts';
import { findFaults, isServedOtherwise } from './faults.ts';

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
  needs: ['statements', 'tables', 'indexes'],
  source:
    'PostgreSQL docs 11.7 "Indexes on Expressions", 11.10 "Operator Classes", 9.24 "Subquery Expressions"',
  settings,
  run: ({ sections, values, threshold, observation, snapshot }) => {
    const blind = parserBlindSpot();
    if (blind !== null) return [blind];
    const window = statementWindow(observation, sections.statements, values.minimumInterval);
    const catalogue = catalogueOf(snapshot);
    const findings = readStatements(window.rows, values.parsedStatements).flatMap(({ row, statement }) => {
      const faults = findFaults(statement, catalogue, values.minimumRows);
      const [first] = faults;
      if (first === undefined) return [];
      const isServed = faults.every((fault) => isServedOtherwise(statement, fault.table, catalogue));
      const isWarning =
        !isServed && row.meanMs >= values.warningMeanMs && timeRatio(row, window) >= values.warningRatio;
      return finding({
        severity: isWarning ? 'warning' : 'info',
        subject: statementSubject(row),
        title: `${first.condition} cannot use an index of ${displayName(first.table.schema, first.table.name)}: ${shortenStatement(row.query)}`,
        evidence: {
          ...statementEvidence(row, window),
          conditions: faults.map((fault) => fault.condition),
          tables: [...new Set(faults.map((fault) => displayName(fault.table.schema, fault.table.name)))],
          tableRows: first.rows,
          defeatsIndex: faults.some((fault) => fault.defeatsIndex),
          hasOtherIndexedEquality: isServed,
          blocksPerCallCount: (row.sharedBlocksHit + row.sharedBlocksRead) / row.calls,
        },
        threshold: threshold(isWarning ? 'warningRatio' : 'minimumRows'),
        remedy: first.remedy,
      });
    });
    const sorted = findings.toSorted(
      (a, b) => Number(b.severity === 'warning') - Number(a.severity === 'warning'),
    );
    return capFindings(sorted, values.maximumFindings);
  },
});
