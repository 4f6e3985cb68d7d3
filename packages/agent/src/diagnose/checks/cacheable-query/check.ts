import { formatCount, formatRatio } from '../../../kernel/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import type { ParsedStatement, Predicate } from '../../../sql/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { type Catalogue, catalogueOf } from '../../catalogue.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { distinctValues } from '../../distinct-values.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import { parserBlindSpot, readStatements } from '../../parsed-window.ts';
import { sourceChanges } from '../../source-changes.ts';
import {
  parsedStatementsSetting,
  statementEvidence,
  statementSubject,
  timeRatio,
} from '../../statement-finding.ts';
import { shortenStatement } from '../../statement-text.ts';
import { statementWindow } from '../../statement-window.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumHitRatio: ratioSetting({
    key: 'diagnose.cacheable-query.minimum-hit-ratio',
    summary: 'Predicted share of calls that a cache answers from which a statement is reported.',
    default: 0.8,
    source: 'below it a cache adds more work than it saves',
  }),
  minimumRatio: ratioSetting({
    key: 'diagnose.cacheable-query.minimum-ratio',
    summary: 'Share of the execution time of all statements from which a statement is worth a cache.',
    default: 0.01,
    source: 'below it the whole statement is not worth an hour of work',
  }),
  minimumCalls: countSetting({
    key: 'diagnose.cacheable-query.minimum-calls',
    summary: 'Calls from which a statement is hot.',
    default: 1_000,
    source: 'fewer say nothing about how often a result would be asked for again',
  }),
  parsedStatements: parsedStatementsSetting,
  minimumInterval: minimumIntervalSetting,
  maximumFindings: maximumFindingsSetting('cacheable-query', 10),
};

/** Functions whose result is another at each call. */
const VOLATILE: ReadonlySet<string> = new Set(
  (
    'random random_normal setseed nextval currval lastval setval clock_timestamp timeofday gen_random_uuid uuidv4 uuidv7 ' +
    'uuid_generate_v4 uuid_generate_v1 pg_sleep txid_current pg_current_xact_id pg_notify'
  ).split(' '),
);

/** Finds hot reads whose results would mostly be asked for again before their tables change. */
export const cacheableQuery: Check = defineCheck({
  id: 'diagnose/cacheable-query',
  title: 'Reads worth caching',
  needs: ['statements', 'tables'],
  source:
    'expected hits of a cache whose entries end with each change: calls / (calls + keys × (changes + 1))',
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
    const findings = readStatements(window.rows, values.parsedStatements).flatMap(({ row, statement }) => {
      const isHot = row.calls >= values.minimumCalls && timeRatio(row, window) >= values.minimumRatio;
      const keysCount = isHot && isRepeatable(statement) ? countKeys(statement, catalogue) : null;
      const changesCount = keysCount === null ? null : changes.of(statement);
      if (keysCount === null || changesCount === null) return [];
      const predictedHitRatio = row.calls / (row.calls + keysCount * (changesCount + 1));
      if (predictedHitRatio < values.minimumHitRatio) return [];
      return finding({
        severity: 'info',
        subject: statementSubject(row),
        title: `a cache would answer about ${formatRatio(predictedHitRatio)} of ${formatCount(row.calls)} calls: ${shortenStatement(row.query)}`,
        evidence: {
          ...statementEvidence(row, window),
          predictedHitRatio,
          keysCount,
          changesCount,
          savedMs: row.totalMs * predictedHitRatio,
        },
        threshold: threshold('minimumHitRatio'),
        remedy: `keep its result by parameters (about ${formatCount(keysCount)} of them) in the application or in Redis, and drop it when its tables change`,
      });
    });
    return capFindings(findings, values.maximumFindings);
  },
});

function isRepeatable(statement: ParsedStatement): boolean {
  return (
    statement.kind === 'select' &&
    statement.reads.length > 0 &&
    statement.writes.length === 0 &&
    !statement.isLocking &&
    !statement.hasOffset &&
    !statement.hasOtherConditions &&
    !statement.functions.some((name) => VOLATILE.has(name))
  );
}

/** Results that a cache would hold: the distinct values of all filtered columns; null when they are not known. */
function countKeys(statement: ParsedStatement, catalogue: Catalogue): number | null {
  return statement.predicates.reduce<number | null>((keys, predicate) => {
    const values = valuesOf(predicate, catalogue);
    return keys === null || values === null ? null : keys * Math.max(1, values);
  }, 1);
}

function valuesOf(predicate: Predicate, catalogue: Catalogue): number | null {
  if (predicate.kind === 'not-in-subquery') return 1;
  if (predicate.kind !== 'comparison') return null;
  if (predicate.isRelativeToNow) return 1;
  if (predicate.operator !== '=' || predicate.operand.shape !== null) return null;
  return distinctValues(predicate.operand.column, catalogue);
}
