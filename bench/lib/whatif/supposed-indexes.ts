import { createIndexSql, type IndexMethod, type Planner } from '../../../packages/agent/src/planner/index.ts';
import { comparePlans, type Pair, ratio } from './agreement.ts';
import type { BuiltCase } from './built-indexes.ts';

/** A case's plan with supposed indexes beside the plan with the same ones built. */
export interface SupposedPair extends Pair {
  readonly isRandom: boolean;
  /** Whether both say the same of "saves more than a tenth". */
  readonly isSameVerdict: boolean;
  /** Whether the real plan reads one of them. */
  readonly isUsed: boolean;
  readonly sizes: readonly SizeGuess[];
}

/** A predicted size beside the real one. */
export interface SizeGuess {
  readonly method: IndexMethod;
  readonly label: string;
  readonly bytes: number;
  readonly realBytes: number;
  readonly ratio: number;
}

/** What a planner made of the cases. */
export interface SupposedResult {
  readonly pairs: readonly SupposedPair[];
  /** Cases with an index that the planner refused, with its reason. */
  readonly refused: readonly string[];
}

const SAVES_RATIO = 0.9;

/** Supposes each case's indexes, plans, forgets. */
export async function supposeCases(planner: Planner, cases: readonly BuiltCase[]): Promise<SupposedResult> {
  const pairs: SupposedPair[] = [];
  const refused: string[] = [];
  for (const one of cases) {
    const hypotheses = await planner.suppose(one.definitions);
    const ids = hypotheses.flatMap((hypothesis) => (hypothesis.kind === 'index' ? [hypothesis.id] : []));
    const refusal = hypotheses.find((hypothesis) => hypothesis.kind === 'refused');
    const label = labelOf(one);
    if (refusal?.kind === 'refused') {
      refused.push(`${refusal.reason}: ${label}`);
    } else {
      const [before] = await planner.plan([one.statement], { add: [], hide: [] });
      const [after] = await planner.plan([one.statement], { add: ids, hide: [] });
      if (before?.kind === 'plan' && after?.kind === 'plan') {
        const pair = comparePlans(label, one.after, after.plan);
        const saves = (later: number, earlier: number): boolean => later < SAVES_RATIO * earlier;
        pairs.push({
          ...pair,
          isRandom: one.isRandom,
          isUsed: JSON.stringify(one.after).includes('"hypothesisId":1'),
          isSameVerdict:
            saves(one.after.root.totalCost, one.before.root.totalCost) ===
            saves(after.plan.root.totalCost, before.plan.root.totalCost),
          sizes: hypotheses.flatMap((hypothesis, index) => sizeGuess(hypothesis, one, index)),
        });
      } else refused.push(`${after?.kind === 'refused' ? after.reason : 'no plan'}: ${label}`);
    }
    await planner.forget(ids);
  }
  return { pairs, refused };
}

function sizeGuess(
  hypothesis: Awaited<ReturnType<Planner['suppose']>>[number],
  one: BuiltCase,
  index: number,
): readonly SizeGuess[] {
  const realBytes = one.sizes[index] ?? 0;
  if (hypothesis.kind !== 'index') return [];
  const { definition, sizeBytes } = hypothesis;
  return [
    {
      method: definition.method,
      label: createIndexSql(definition, { name: null, isConcurrent: false }),
      bytes: sizeBytes,
      realBytes,
      ratio: ratio(sizeBytes, realBytes),
    },
  ];
}

function labelOf({ definitions, statement }: BuiltCase): string {
  const indexes = definitions.map((one) => createIndexSql(one, { name: null, isConcurrent: false }));
  return `${indexes.join('; ')} for ${statement.sql.replace(/\s+/g, ' ')}`;
}
