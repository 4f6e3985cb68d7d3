import { catalogueOf, isQueryText } from '../../diagnose/index.ts';
import { countOf } from '../../kernel/index.ts';
import type { Gap, Snapshot } from '../../observe/index.ts';
import type { OtherRemedies } from './better.ts';
import { readChanges } from './changes.ts';
import { type JudgeContext, judgeStatement } from './judge.ts';
import { measureResults } from './result-bytes.ts';
import type { CachingValues } from './settings.ts';
import type { CachingAdvice, CachingWorkload } from './types.ts';

/** What advice on caching rests on. */
export interface CachingInputs {
  readonly workload: CachingWorkload;
  readonly snapshot: Snapshot;
  /** What the checks and the index advisor found about the same workload. */
  readonly others: Omit<OtherRemedies, 'replicasCount'>;
  readonly values: CachingValues;
}

/** Finds which statements to cache, and how; says of each of the others why not, or what serves it better. */
export function adviseCaching({ workload, snapshot, others, values }: CachingInputs): CachingAdvice {
  const { replicas } = snapshot.sections;
  const catalogue = catalogueOf(snapshot);
  const context: JudgeContext = {
    catalogue,
    changesOf: readChanges(workload, catalogue),
    resultBytes: measureResults(snapshot, catalogue),
    others: { ...others, replicasCount: replicas.status === 'ok' ? replicas.data.length : 0 },
    observedMs: workload.observedMs,
    totalMs: workload.statements.reduce((sum, { totalMs }) => sum + totalMs, 0),
    values,
  };
  const judged = workload.statements
    .filter(({ sql }) => isQueryText(sql) !== false)
    .slice(0, values.statements)
    .map((one) => judgeStatement(one, context));
  const { source, observedMs } = workload;
  return {
    workload: { source, observedMs, statementsCount: judged.length },
    candidates: judged
      .flatMap((one) => (one.kind === 'candidate' ? [one.candidate] : []))
      .toSorted((a, b) => b.savedMsPerDay - a.savedMsPerDay),
    alternatives: judged.flatMap((one) => (one.kind === 'alternative' ? [one.alternative] : [])),
    refusals: judged.flatMap((one) => (one.kind === 'refusal' ? [one.refusal] : [])),
    unavailable: blindSpots(snapshot.sections),
  };
}

/** Says what of the parameters cannot be counted. */
function blindSpots({ columns }: { readonly columns: Snapshot['sections']['columns'] }): readonly Gap[] {
  const id = 'advise/caching';
  if (columns.status !== 'ok') return [{ id, reason: columns.reason, remedy: columns.remedy }];
  const hidden = new Set(
    columns.data.columns.filter(({ isReadable }) => !isReadable).map(({ tableOid }) => tableOid),
  );
  if (hidden.size === 0) return [];
  return [
    {
      id,
      reason: `the statistics of ${countOf(hidden.size, 'table')} cannot be read: their parameters cannot be counted`,
      remedy: 'grant pg_read_all_data, or select on those tables, to the role',
    },
  ];
}
