import { formatCount, formatRatio } from '../../../kernel/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import type { ParsedStatement } from '../../../sql/index.ts';
import { predictHitRatio } from '../../caching/hit-ratio.ts';
import { countKeys, type KeySpace } from '../../caching/key-space.ts';
import { tableOfRow, whyUnrepeatable } from '../../caching/repeatable.ts';
import { statementKeys } from '../../caching/statement-keys.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { type Catalogue, catalogueOf } from '../../catalogue.ts';
import { defineCheck, finding } from '../../define-check.ts';
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

/** Finds hot reads whose results would mostly be asked for again before their tables change. */
export const cacheableQuery: Check = defineCheck({
  id: 'diagnose/cacheable-query',
  title: 'Reads worth caching',
  needs: ['statements', 'tables'],
  source:
    'expected hits of a cache whose entries end with each change (Fofack et al. 2014): the sum over its keys of calls² / (calls + changes + 1), by all calls',
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
      const keys = isHot ? keysOf(statement, catalogue) : null;
      const changesCount = keys === null ? null : changes.of(statement);
      if (keys === null || changesCount === null) return [];
      const predictedHitRatio = predictHitRatio({
        keys,
        // The window is the unit of time; it begins with an empty cache, as if everything had just changed.
        readsPerSecond: row.calls,
        invalidationsPerSecond: 1 + changesCount / rowsWatched(statement, catalogue),
        ttlMs: Number.POSITIVE_INFINITY,
      });
      const keysCount = countKeys(keys);
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

/** Results that a cache would hold; null when they cannot be counted. */
function keysOf(statement: ParsedStatement, catalogue: Catalogue): KeySpace | null {
  if (whyUnrepeatable(statement) !== null) return null;
  const { counted, uncounted } = statementKeys(statement, catalogue);
  return uncounted.length === 0 ? counted : null;
}

/** Changes that it takes to make one result stale: one, or of a row found by its key, one in as many as the table has rows. */
function rowsWatched(statement: ParsedStatement, catalogue: Catalogue): number {
  const table = tableOfRow(statement, catalogue);
  return table === null ? 1 : Math.max(1, catalogue.rows(table));
}
