import type { PlannableStatement, Planner, ValueSet } from '../../planner/index.ts';
import type { Rewrite } from './types.ts';

/** A rewrite with what the planner thinks of it. */
export interface TriedRewrite extends Rewrite {
  /**
   * - `cheaper`: planned cost falls by the least share or more
   * - `not-cheaper`: it does not
   * - `not-comparable`: a call of it does the work of many
   * - `refused`: PostgreSQL does not take it
   */
  readonly verdict: 'cheaper' | 'not-cheaper' | 'not-comparable' | 'refused';
  /** Planned cost of one call as it is; with typical values the mean over them; null when it has no plan. */
  readonly beforeCost: number | null;
  readonly afterCost: number | null;
  /** PostgreSQL's reason; null unless refused. */
  readonly refusal: string | null;
}

/** What rewrites are tried with. */
export interface TryOptions {
  /** Values of the parameters; none plans generically. */
  readonly sets: readonly ValueSet[];
  /** Least share of the cost that a rewrite must save. */
  readonly minimumBenefitRatio: number;
}

/** How a statement is planned: of a planner, or of the target itself. */
export type CostOf = (statement: PlannableStatement) => Promise<number | { readonly refusal: string }>;

/** Gives the costs that a planner of what-if plans sees. */
export function costOf(planner: Planner): CostOf {
  return async (statement) => {
    const [planned] = await planner.plan([statement], { add: [], hide: [] });
    if (planned?.kind === 'plan') return planned.plan.root.totalCost;
    return { refusal: planned?.reason ?? 'it has no plan' };
  };
}

/** Plans each rewrite beside the statement, with the same values where it takes the same parameters. */
export async function tryRewrites(
  rewrites: readonly Rewrite[],
  statement: PlannableStatement,
  cost: CostOf,
  { sets, minimumBenefitRatio }: TryOptions,
): Promise<readonly TriedRewrite[]> {
  const tried: TriedRewrite[] = [];
  for (const rewrite of rewrites) {
    const values = rewrite.exactness === 'interface' ? [null] : valuesOf(statement, sets);
    const before = await meanCost(statement, values, cost);
    const after = await meanCost({ ...statement, sql: rewrite.sql }, values, cost);
    const refusal = typeof after === 'number' ? null : after.refusal;
    const beforeCost = typeof before === 'number' ? before : null;
    const afterCost = typeof after === 'number' ? after : null;
    tried.push({
      ...rewrite,
      refusal,
      beforeCost: rewrite.isOneForMany ? null : beforeCost,
      afterCost: rewrite.isOneForMany ? null : afterCost,
      verdict: verdictOf(rewrite, { beforeCost, afterCost, minimumBenefitRatio }),
    });
  }
  return tried;
}

function verdictOf(
  { isOneForMany }: Rewrite,
  costs: {
    readonly beforeCost: number | null;
    readonly afterCost: number | null;
    readonly minimumBenefitRatio: number;
  },
): TriedRewrite['verdict'] {
  const { beforeCost, afterCost, minimumBenefitRatio } = costs;
  if (afterCost === null) return 'refused';
  if (isOneForMany) return 'not-comparable';
  const isCheaper = beforeCost !== null && afterCost <= (1 - minimumBenefitRatio) * beforeCost;
  return isCheaper ? 'cheaper' : 'not-cheaper';
}

function valuesOf(
  { values }: PlannableStatement,
  sets: readonly ValueSet[],
): readonly PlannableStatement['values'][] {
  if (values !== null || sets.length === 0) return [values];
  return sets.map((set) => set.values);
}

async function meanCost(
  statement: PlannableStatement,
  values: readonly PlannableStatement['values'][],
  cost: CostOf,
): Promise<number | { readonly refusal: string }> {
  let sum = 0;
  for (const one of values) {
    const found = await cost({ ...statement, values: one });
    if (typeof found !== 'number') return found;
    sum += found;
  }
  return sum / values.length;
}
