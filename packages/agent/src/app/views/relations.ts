import type { AuditReport } from '../../report/index.ts';
import type { SeriesTotal, TargetHistory, Totals } from '../../store/index.ts';
import type { IndexRowView, RelationsView, TableRowView, ViewRange } from './types.ts';

const STATE_MS = 3 * 3_600_000;

/** Reads how tables and indexes were used in a window, what they held last, and what was found about them. */
export async function readRelations(
  target: TargetHistory,
  range: ViewRange,
  { limit, report }: { readonly limit: number; readonly report: AuditReport | null },
): Promise<RelationsView> {
  const found = findingsBySubject(report);
  // Sizes are read now and then: the window may lie between two readings.
  const wide = { fromMs: Math.min(range.fromMs, range.toMs - STATE_MS), toMs: range.toMs };
  const [tables, tableStates, indexes, indexStates] = await Promise.all([
    target.totals('table', range),
    target.totals('tableState', wide),
    target.totals('index', range),
    target.totals('indexState', wide),
  ]);
  return {
    range,
    tables: joined(tables, tableStates)
      .map((table) => tableRow(table, found))
      .toSorted((a, b) => (b.totalBytes ?? 0) - (a.totalBytes ?? 0))
      .slice(0, limit),
    indexes: joined(indexes, indexStates)
      .map((index) => indexRow(index, found))
      .toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))
      .slice(0, limit),
  };
}

/** Names of findings by what they are about. */
type Found = ReadonlyMap<string, readonly string[]>;

function findingsBySubject(report: AuditReport | null): Found {
  const found = new Map<string, string[]>();
  for (const { id, subject } of report?.findings ?? []) {
    const about = subjectOf(subject.kind, [subject.schema, subject.name]);
    const names = found.get(about) ?? [];
    found.set(about, names);
    const name = id.slice(id.indexOf('/') + 1);
    if (!names.includes(name)) names.push(name);
  }
  return found;
}

function subjectOf(kind: string, [schema, name]: readonly string[]): string {
  return JSON.stringify([kind, schema, name]);
}

type Values = SeriesTotal['values'];

interface Joined {
  readonly key: readonly string[];
  readonly used: Values;
  readonly state: Values;
}

function joined(used: Totals, states: Totals): readonly Joined[] {
  const all = new Map<string, { key: readonly string[]; used: Values; state: Values }>();
  for (const { key, values } of states.series) all.set(JSON.stringify(key), { key, used: {}, state: values });
  for (const { key, values } of used.series) {
    const known = all.get(JSON.stringify(key));
    if (known === undefined) all.set(JSON.stringify(key), { key, used: values, state: {} });
    else known.used = values;
  }
  return [...all.values()];
}

function tableRow({ key, used, state }: Joined, found: Found): TableRowView {
  const count = (column: string): number => used[column] ?? 0;
  const blocks = count('heapBlocksHit') + count('heapBlocksRead');
  return {
    schema: key[0] ?? '',
    name: key[1] ?? '',
    totalBytes: state['totalBytes'] ?? null,
    indexesBytes: state['indexesBytes'] ?? null,
    liveRows: state['liveRows'] ?? null,
    deadRows: state['deadRows'] ?? null,
    sequentialScans: count('sequentialScans'),
    sequentialRows: count('sequentialRows'),
    indexScans: count('indexScans'),
    rowsWritten: count('rowsInserted') + count('rowsUpdated') + count('rowsDeleted'),
    hotRatio: count('rowsUpdated') === 0 ? null : count('rowsHotUpdated') / count('rowsUpdated'),
    hitRatio: blocks === 0 ? null : count('heapBlocksHit') / blocks,
    vacuums: count('vacuums') + count('autovacuums'),
    frozenAge: state['frozenAge'] ?? null,
    findings: found.get(subjectOf('table', key)) ?? [],
  };
}

function indexRow({ key, used, state }: Joined, found: Found): IndexRowView {
  const blocks = (used['blocksHit'] ?? 0) + (used['blocksRead'] ?? 0);
  return {
    schema: key[0] ?? '',
    name: key[1] ?? '',
    table: key[2] ?? '',
    sizeBytes: state['sizeBytes'] ?? null,
    scans: used['scans'] ?? 0,
    rowsRead: used['rowsRead'] ?? 0,
    hitRatio: blocks === 0 ? null : (used['blocksHit'] ?? 0) / blocks,
    findings: found.get(subjectOf('index', key)) ?? [],
  };
}
