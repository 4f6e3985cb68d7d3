import {
  type HypotheticalIndex,
  type IndexDefinition,
  type Planner,
  readPlan,
} from '../../packages/agent/src/planner/index.ts';
import { type NameResolver, readRoles, type TableOccurrence } from '../../packages/agent/src/sql/index.ts';

/** Cost of reading one table without an index, and the share that each leading key column leaves of it. */
const SCAN_COST = 10_000;
const LEFT_BY_COLUMN = 0.2;
const BYTES_PER_KEY = 100_000;

/** A planner of our own making: a table costs less for each key column in front of an index that its conditions ask for. */
export interface FakePlanner extends Planner {
  /** Moves on with each plan. */
  readonly now: () => number;
}

/**
 * Makes the planner.
 * @param msPerPlan by which its clock moves on with each plan
 */
export function createFakePlanner(resolver: NameResolver, msPerPlan = 0): FakePlanner {
  const supposed = new Map<number, HypotheticalIndex>();
  let plans = 0;
  let lastId = 0;
  const costOf = (
    occurrence: TableOccurrence,
    ids: readonly number[],
  ): { cost: number; id: number | null } => {
    let best: { cost: number; id: number | null } = { cost: SCAN_COST, id: null };
    for (const id of ids) {
      const index = supposed.get(id)?.definition;
      if (index?.table !== occurrence.table || index.schema !== occurrence.schema) continue;
      const cost = SCAN_COST * LEFT_BY_COLUMN ** frontColumns(index, occurrence);
      if (cost < best.cost) best = { cost, id };
    }
    return best;
  };
  return {
    provider: 'shadow',
    serverVersion: '18.0',
    gaps: [],
    now: () => plans * msPerPlan,
    calls: () => plans,
    suppose: async (definitions) =>
      definitions.map((definition) => {
        lastId += 1;
        const sizeBytes = BYTES_PER_KEY * (definition.keys.length + definition.include.length);
        const index = { kind: 'index' as const, id: lastId, definition, sizeBytes, rows: 1, treeHeight: 1 };
        supposed.set(lastId, index);
        return index;
      }),
    hasIndex: async () => true,
    forget: async (ids) => {
      for (const id of ids) supposed.delete(id);
    },
    plan: async (statements, { add }) =>
      statements.map(({ sql }) => {
        plans += 1;
        const parts = readRoles(sql, resolver).map((occurrence) => ({
          occurrence,
          ...costOf(occurrence, add),
        }));
        const total = parts.reduce((sum, part) => sum + part.cost, 1);
        const nodes = parts.map(({ occurrence, cost, id }) => ({
          'Node Type': id === null ? 'Seq Scan' : 'Index Scan',
          'Relation Name': occurrence.table,
          Alias: occurrence.alias,
          'Total Cost': cost,
          'Startup Cost': 0,
          'Plan Rows': 1,
          'Plan Width': 8,
          ...(id === null ? {} : { 'Index Name': `#${id}` }),
        }));
        const plan = {
          'Node Type': 'Append',
          'Startup Cost': 0,
          'Total Cost': total,
          'Plan Rows': 1,
          'Plan Width': 8,
          Plans: nodes,
        };
        const index = (name: string): { name: string; hypothesisId: number } => ({
          name,
          hypothesisId: Number(name.slice(1)),
        });
        return { kind: 'plan' as const, plan: readPlan([{ Plan: plan }], { index }) };
      }),
    representativeValues: async () => [],
    supposeTable: async () => null,
    forgetTable: async () => undefined,
    close: async () => undefined,
  };
}

function frontColumns({ keys }: IndexDefinition, { roles }: TableOccurrence): number {
  let count = 0;
  for (const { on } of keys) {
    if (on.kind !== 'column' || !roles.has(on.name)) break;
    count += 1;
  }
  return count;
}
