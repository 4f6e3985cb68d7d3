import type { Finding } from '../../diagnose/index.ts';
import { countOf, displayName, formatCount, formatDuration } from '../../kernel/index.ts';
import { createIndexSql } from '../../planner/index.ts';
import type { AdvisedMatview } from '../matviews/advise-matviews.ts';
import type { IndexAdvice } from '../workload/types.ts';
import type { CachingValues } from './settings.ts';
import type { CacheAlternative } from './types.ts';

/** What other stages found about the same workload. */
export interface OtherRemedies {
  readonly findings: readonly Finding[];
  /** Null where the index advisor did not run. */
  readonly advised: {
    readonly advice: IndexAdvice;
    readonly matviews: readonly AdvisedMatview[];
  } | null;
  /** Replicas that receive the target's WAL now. */
  readonly replicasCount: number;
}

/** What serves a statement better than a cache. */
export type BetterRemedy = Pick<CacheAlternative, 'kind' | 'why' | 'remedy'>;

/**
 * Looks for what removes a statement's work instead of hiding it: reading in one statement what a loop reads, and an index.
 * A cache in front of either would be paid for twice.
 */
export function betterThanCaching(
  id: string,
  { findings, advised }: OtherRemedies,
  values: CachingValues,
): BetterRemedy | null {
  const loop = findings.find((one) => one.id === 'diagnose/n-plus-one' && one.subject.queryId === id);
  if (loop !== undefined) return { kind: 'rewrite', why: loop.title, remedy: loop.remedy };
  const planned = advised?.advice.statements.find((one) => one.id === id);
  const indexes = advised?.advice.indexes.filter((one) => one.statements.includes(id)) ?? [];
  if (planned === undefined || indexes.length === 0) return missingIndex(id, findings);
  if (planned.afterCost > (1 - values.betterRatio) * planned.beforeCost) return null;
  const sql = indexes.map(({ name, definition }) => createIndexSql(definition, { name, isConcurrent: true }));
  const costs = `${formatCount(Math.round(planned.beforeCost))} to ${formatCount(Math.round(planned.afterCost))}`;
  return {
    kind: 'index',
    why: `with ${countOf(indexes.length, 'index', 'indexes')} its planned cost falls from ${costs}, and its answer is never old`,
    remedy: sql.map((one) => `${one};`).join(' '),
  };
}

function missingIndex(id: string, findings: readonly Finding[]): BetterRemedy | null {
  const found = findings.find((one) => one.id === 'diagnose/missing-index' && one.subject.queryId === id);
  return found === undefined ? null : { kind: 'index', why: found.title, remedy: found.remedy };
}

/** Looks for what serves a statement whose results a cache would seldom find again. */
export function insteadOfCaching(
  { id, meanMs }: { readonly id: string; readonly meanMs: number },
  { findings, advised, replicasCount }: OtherRemedies,
  values: CachingValues,
): BetterRemedy | null {
  const view = advised?.matviews.find(({ statements }) => statements.some((one) => one.id === id));
  if (view !== undefined) {
    return {
      kind: 'materialized-view',
      why: 'its results differ too often to be found again, but all of them come from one aggregate',
      remedy: `store it in ${displayName(view.schema, view.name)}: \`pgsteward indexes\` prints the view and the statement that reads it`,
    };
  }
  const stored = findings.find(
    (one) => one.id === 'diagnose/matview-candidate' && one.subject.queryId === id,
  );
  if (stored !== undefined) {
    return { kind: 'materialized-view', why: stored.title, remedy: stored.remedy };
  }
  if (replicasCount === 0 || meanMs < values.replicaMeanMs) return null;
  return {
    kind: 'replica',
    why: `it takes ${formatDuration(meanMs)} and its results are seldom asked for again`,
    remedy: `send it to ${replicasCount === 1 ? 'the replica' : `one of the ${replicasCount} replicas`}: it frees the primary and needs no cache`,
  };
}
