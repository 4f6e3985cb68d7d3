import { InternalError } from '../kernel/index.ts';
import type { NodeIndex, Plan, PlanNode } from './plan.ts';

/** How names in EXPLAIN's answer are read. */
export interface ReadPlanOptions {
  /** Tells what an index name stands for; by default an existing index of that name. */
  readonly index?: (name: string) => NodeIndex;
}

type Json = Readonly<Record<string, unknown>>;

/** Labels whose content is a measure or is read elsewhere; all other texts and lists of texts are details. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set([
  'Node Type',
  'Join Type',
  'Strategy',
  'Partial Mode',
  'Parent Relationship',
  'Scan Direction',
  'Relation Name',
  'Schema',
  'Alias',
  'Index Name',
  'Sort Method',
  'Sort Space Type',
  'Plans',
]);

/**
 * Reads the answer of `explain (format json)`.
 * @param json the array that EXPLAIN gives, or its first element
 * @throws InternalError when it is none
 */
export function readPlan(json: unknown, options: ReadPlanOptions = {}): Plan {
  const top = object(Array.isArray(json) ? json[0] : json);
  const plan = top === null ? null : object(top['Plan']);
  if (top === null || plan === null) throw new InternalError('EXPLAIN gave no plan');
  let nodes = 0;
  const nameIndex = options.index ?? ((name: string): NodeIndex => ({ name, hypothesisId: null }));
  const read = (node: Json): PlanNode => {
    const id = nodes;
    nodes += 1;
    return readNode(node, id, { nameIndex, read });
  };
  return {
    root: read(plan),
    planningMs: number(top['Planning Time']),
    executionMs: number(top['Execution Time']),
    settings: (object(top['Settings']) ?? {}) as Plan['settings'],
    jitMs: number(object(object(top['JIT'])?.['Timing'])?.['Total']),
    triggers: list(top['Triggers']).map((trigger) => ({
      name: text(trigger['Trigger Name']) ?? '?',
      calls: number(trigger['Calls']) ?? 0,
      ms: number(trigger['Time']) ?? 0,
    })),
  };
}

interface Reader {
  readonly nameIndex: (name: string) => NodeIndex;
  readonly read: (node: Json) => PlanNode;
}

function readNode(node: Json, id: number, { nameIndex, read }: Reader): PlanNode {
  const relation = text(node['Relation Name']);
  const index = text(node['Index Name']);
  return {
    id,
    type: text(node['Node Type']) ?? '?',
    joinType: text(node['Join Type']),
    strategy: text(node['Strategy']),
    partialMode: node['Partial Mode'] === 'Simple' ? null : text(node['Partial Mode']),
    relationship: text(node['Parent Relationship']),
    isBackward: node['Scan Direction'] === 'Backward',
    table:
      relation === null
        ? null
        : { schema: text(node['Schema']), name: relation, alias: text(node['Alias']) ?? relation },
    index: index === null ? null : nameIndex(index),
    startupCost: number(node['Startup Cost']) ?? 0,
    totalCost: number(node['Total Cost']) ?? 0,
    planRows: number(node['Plan Rows']) ?? 0,
    planWidthBytes: number(node['Plan Width']) ?? 0,
    actualRows: number(node['Actual Rows']),
    loops: number(node['Actual Loops']),
    actualMs: number(node['Actual Total Time']),
    rowsRemovedByFilter: number(node['Rows Removed by Filter']),
    rowsRemovedByRecheck: number(node['Rows Removed by Index Recheck']),
    exactHeapBlocks: number(node['Exact Heap Blocks']),
    lossyHeapBlocks: number(node['Lossy Heap Blocks']),
    heapFetches: number(node['Heap Fetches']),
    sortMethod: text(node['Sort Method']),
    spilledBytes: spilledBytes(node),
    hashBatches: number(node['Hash Batches']) ?? number(node['HashAgg Batches']),
    buffers: readBuffers(node),
    workersPlanned: number(node['Workers Planned']),
    workersLaunched: number(node['Workers Launched']),
    details: readDetails(node),
    children: list(node['Plans']).map(read),
  };
}

/** Sorts say where they were, aggregates how much disk; a hash only in how many batches it worked. */
function spilledBytes(node: Json): number | null {
  const diskKb = number(node['Disk Usage']);
  if (diskKb !== null) return diskKb * 1024;
  const sortKb = number(node['Sort Space Used']);
  if (sortKb !== null) return node['Sort Space Type'] === 'Disk' ? sortKb * 1024 : 0;
  const batches = number(node['Hash Batches']);
  const memoryKb = number(node['Peak Memory Usage']);
  if (batches === null || memoryKb === null) return null;
  return (batches - 1) * memoryKb * 1024;
}

function readBuffers(node: Json): PlanNode['buffers'] {
  if (node['Shared Hit Blocks'] === undefined) return null;
  const blocks = (label: string): number => number(node[`${label} Blocks`]) ?? 0;
  return {
    sharedHit: blocks('Shared Hit'),
    sharedRead: blocks('Shared Read'),
    sharedDirtied: blocks('Shared Dirtied'),
    sharedWritten: blocks('Shared Written'),
    tempRead: blocks('Temp Read'),
    tempWritten: blocks('Temp Written'),
  };
}

function readDetails(node: Json): PlanNode['details'] {
  const details: Record<string, string | readonly string[]> = {};
  for (const [label, value] of Object.entries(node)) {
    if (READ_ELSEWHERE.has(label)) continue;
    if (typeof value === 'string') details[label] = value;
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) details[label] = value;
  }
  return details;
}

function object(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object).filter((item) => item !== null) : [];
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
