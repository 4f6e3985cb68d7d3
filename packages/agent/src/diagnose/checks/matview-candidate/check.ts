import { formatCount, formatDuration } from '../../../kernel/index.ts';
import { countSetting, durationSetting, ratioSetting } from '../../../settings/index.ts';
import type { ParsedStatement, Predicate } from '../../../sql/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { type Catalogue, catalogueOf } from '../../catalogue.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { distinctValues } from '../../distinct-values.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import { parserBlindSpot, type ReadStatement, readStatements } from '../../parsed-window.ts';
import { sourceChanges } from '../../source-changes.ts';
import {
  BLOCK_BYTES,
  parsedStatementsSetting,
  statementEvidence,
  statementSubject,
  timeRatio,
} from '../../statement-finding.ts';
import { shortenStatement } from '../../statement-text.ts';
import { statementWindow } from '../../statement-window.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumGain: countSetting({
    key: 'diagnose.matview-candidate.minimum-gain-count',
    summary: 'Time saved for each unit of time spent on refreshing from which it is reported.',
    default: 3,
    source: 'below it a refresh that grows eats the gain',
  }),
  minimumMeanMs: durationSetting({
    key: 'diagnose.matview-candidate.minimum-mean-ms',
    summary: 'Mean execution time from which an aggregate is worth storing.',
    default: 2,
    source: 'reading the stored result takes up to a millisecond itself',
  }),
  minimumCalls: countSetting({
    key: 'diagnose.matview-candidate.minimum-calls',
    summary: 'Calls from which an aggregate is read often.',
    default: 10,
    source: 'fewer say nothing about how it is read',
  }),
  minimumRatio: ratioSetting({
    key: 'diagnose.matview-candidate.minimum-ratio',
    summary: 'Share of the execution time of all statements from which an aggregate is worth storing.',
    default: 0.01,
    source: 'below it the whole statement is not worth an hour of work',
  }),
  groupableValues: countSetting({
    key: 'diagnose.matview-candidate.groupable-values-count',
    summary: 'Distinct values up to which a filtered column could join the grouping of a materialized view.',
    default: 100,
    source: 'more groups make the stored result as large as its source',
  }),
  acceptedStaleness: durationSetting({
    key: 'diagnose.matview-candidate.accepted-staleness-ms',
    summary: 'Age that readers accept; 0 counts a refresh for every change.',
    default: 0,
    source: 'only the owner knows how old a result may be',
  }),
  parsedStatements: parsedStatementsSetting,
  minimumInterval: minimumIntervalSetting,
  maximumFindings: maximumFindingsSetting('matview-candidate', 10),
};

/** Finds aggregates that are read often while their sources change seldom. */
export const matviewCandidate: Check = defineCheck({
  id: 'diagnose/matview-candidate',
  title: 'Aggregates worth storing',
  needs: ['statements', 'tables'],
  source: 'PostgreSQL docs 39.3 "Materialized Views"',
  settings,
  run: ({ sections, values, threshold, observation, snapshot }) => {
    const blind = parserBlindSpot();
    if (blind !== null) return [blind];
    const window = statementWindow(observation, sections.statements, values.minimumInterval);
    const catalogue = catalogueOf(snapshot);
    const changes = sourceChanges(observation, sections.statements, {
      window,
      catalogue,
      maximum: values.parsedStatements,
    });
    const findings = readStatements(window.rows, values.parsedStatements).flatMap((read) => {
      const { row, statement } = read;
      const changesCount = isStorable(statement, catalogue, values.groupableValues)
        ? changes.of(statement)
        : null;
      const isHot =
        row.calls >= values.minimumCalls &&
        row.meanMs >= values.minimumMeanMs &&
        timeRatio(row, window) >= values.minimumRatio;
      if (changesCount === null || !isHot) return [];
      const refreshMs = refreshCost(read, catalogue);
      const due =
        values.acceptedStaleness > 0 && window.lengthMs !== null
          ? Math.min(changesCount, Math.ceil(window.lengthMs / values.acceptedStaleness))
          : changesCount;
      const refreshesCount = Math.max(1, due);
      const gain = row.totalMs / (refreshesCount * refreshMs);
      if (gain < values.minimumGain) return [];
      return finding({
        severity: 'info',
        subject: statementSubject(row),
        title: `computed ${formatCount(row.calls)} times while its tables changed ${formatCount(changesCount)} times: ${shortenStatement(row.query)}`,
        evidence: {
          ...statementEvidence(row, window),
          changesCount,
          refreshesCount,
          refreshMs,
          gainCount: gain,
        },
        threshold: threshold('minimumGain'),
        remedy: `store it in a materialized view with a unique index and refresh it (concurrently) after changes: about ${formatDuration(
          refreshesCount * refreshMs,
        )} of refreshing instead of ${formatDuration(row.totalMs)} of computing`,
      });
    });
    return capFindings(findings, values.maximumFindings);
  },
});

/** An aggregate whose filters a stored result can still answer. */
function isStorable(statement: ParsedStatement, catalogue: Catalogue, groupableValues: number): boolean {
  if (statement.kind !== 'select' || !statement.isAggregate || statement.isLocking) return false;
  if (statement.reads.length === 0 || statement.hasOtherConditions) return false;
  const grouped = new Set(statement.groupColumns.map((column) => column.name));
  const isAnswerable = (predicate: Predicate): boolean => {
    if (predicate.kind === 'not-in-subquery') return true;
    if (predicate.kind !== 'comparison') return false;
    if (predicate.isRelativeToNow) return true;
    if (predicate.operand.shape !== null) return false;
    const { column } = predicate.operand;
    if (grouped.has(column.name)) return true;
    const isEquality = predicate.operator === '=' || predicate.operator === 'in';
    const distinct = isEquality ? distinctValues(column, catalogue) : null;
    return distinct !== null && distinct <= groupableValues;
  };
  return statement.predicates.every(isAnswerable);
}

/** A refresh computes it for all parameters: it reads the sources whole where a call read a part of them. */
function refreshCost({ row, statement }: ReadStatement, catalogue: Catalogue): number {
  const blocksPerCall = Math.max(1, (row.sharedBlocksHit + row.sharedBlocksRead) / row.calls);
  const sourceBlocks = statement.reads.reduce(
    (sum, name) => sum + (catalogue.table(name)?.heapBytes ?? 0) / BLOCK_BYTES,
    0,
  );
  return row.meanMs * Math.max(1, sourceBlocks / blocksPerCall);
}
