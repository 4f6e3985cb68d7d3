import {
  displayName,
  formatBytes,
  formatCount,
  formatDuration,
  quoteIdentifier,
  quoteQualified,
} from '../../kernel/index.ts';
import { indexName } from '../index-name.ts';
import type { Proposal } from '../types.ts';
import type { AdvisedMatview } from './advise-matviews.ts';

/** Turns views into proposals: the view with its unique index, the refresh to schedule, the statements that read it. */
export function matviewProposals(
  matviews: readonly AdvisedMatview[],
  context: { readonly isTaken: (schema: string, name: string) => boolean; readonly method: string },
): readonly Proposal[] {
  return matviews.map((matview) => {
    const { schema, name, statements } = matview;
    const target = quoteQualified(schema, name);
    const index = indexName(`${name}_key`, (one) => context.isTaken(schema, one));
    const keys = matview.keyColumns.map(quoteIdentifier).join(', ');
    const sum = (pick: (one: AdvisedMatview['statements'][number]) => number): number =>
      statements.reduce((total, one) => total + (one.calls ?? 1) * pick(one), 0);
    const [before, after] = [sum((one) => one.beforeCost), sum((one) => one.afterCost)];
    const [first] = statements;
    const costs = `${formatCount(Math.round(first?.beforeCost ?? 0))} to ${formatCount(Math.round(first?.afterCost ?? 0))}`;
    return {
      id: `create-materialized-view/${displayName(schema, name)}`,
      kind: 'create-materialized-view',
      title: `Store an aggregate in ${displayName(schema, name)}, ${formatBytes(matview.sizeBytes)}: the statement's cost falls from ${costs}, no index does that; ${staleness(matview)}`,
      do: [
        `create materialized view ${target} as ${matview.definition};`,
        `create unique index ${quoteIdentifier(index)} on ${target} (${keys});`,
        `analyze ${target};`,
      ],
      undo: [`drop materialized view if exists ${target};`],
      afterwards: [
        { what: schedule(matview), sql: `refresh materialized view concurrently ${target};` },
        ...statements.map((one) => ({
          what: `instead of ${one.id} the application sends`,
          sql: `${one.rewritten};`,
        })),
      ],
      effect: { metric: 'workloadCost', before, after, unit: 'cost', method: context.method },
      addsBytes: matview.sizeBytes,
      risk: {
        level: 'medium',
        why: 'what it shows is as old as its last refresh, and the application has to read it',
      },
      findings: [],
    };
  });
}

function schedule({ refreshEveryMs, readsPerRefresh, refreshCost }: AdvisedMatview): string {
  const cost = `one refresh costs ${formatCount(Math.round(refreshCost))} planner units`;
  return refreshEveryMs === null
    ? `${cost}: refresh it after ${formatCount(readsPerRefresh)} reads or more`
    : `${cost}: refresh it every ${formatDuration(refreshEveryMs)} or more seldom`;
}

function staleness({ refreshEveryMs, readsPerRefresh }: AdvisedMatview): string {
  return refreshEveryMs === null
    ? `worth it where ${formatCount(readsPerRefresh)} reads may see the same state`
    : `worth it where it may be ${formatDuration(refreshEveryMs)} old`;
}
