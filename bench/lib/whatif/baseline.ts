import type { PlannableStatement } from '../../../packages/agent/src/planner/index.ts';
import { planShape, readPlan } from '../../../packages/agent/src/planner/index.ts';
import { errorOf, type Pair, ratio } from './agreement.ts';
import { type Explainer, generic, literal } from './explain.ts';
import { FURTHER, HAND_WRITTEN } from './hand-written.ts';
import { createRandom } from './random.ts';
import { createQueryGenerator, type RandomQuery } from './random-queries.ts';
import type { ValuePool } from './value-pool.ts';

/** A statement and the real server's answer to EXPLAIN. */
export interface Truth {
  readonly statement: PlannableStatement;
  readonly json: unknown;
}

/** Hand-written statements with the real plans. */
export async function handWrittenTruths(real: Explainer): Promise<readonly Truth[]> {
  return truthsOf(
    real,
    [...HAND_WRITTEN, ...FURTHER].map(({ sql }) => literal(sql)),
  );
}

/** Random statements, no two the same, with their real plans; those that the server refuses are passed over. */
export async function randomTruths(
  real: Explainer,
  pool: ValuePool,
  options: { readonly count: number; readonly seed: number; readonly hasParameters: boolean },
): Promise<readonly Truth[]> {
  const { count, seed, hasParameters } = options;
  const random = createRandom(seed);
  const generator = createQueryGenerator(pool, random, { hasParameters });
  const seen = new Set<string>();
  const truths: Truth[] = [];
  while (truths.length < count) {
    const { sql }: RandomQuery = generator.next();
    if (seen.has(sql)) continue;
    seen.add(sql);
    truths.push(...(await truthsOf(real, [hasParameters ? generic(sql) : literal(sql)])));
  }
  return truths;
}

/** Plans the statements in the shadow and compares. */
export async function compareWithTruth(
  shadow: Explainer,
  truths: readonly Truth[],
): Promise<readonly Pair[]> {
  const answers = await Promise.all(truths.map(({ statement }) => shadow.explain(statement)));
  return truths.map(({ statement, json }, index) => {
    const answer = answers[index];
    if (answer?.ok !== true) {
      const label = `${answer?.reason ?? 'no answer'}: ${statement.sql}`;
      return { label, isIdentical: false, isSameShape: false, costRatio: Number.NaN };
    }
    const [own, other] = [readPlan(json).root, readPlan(answer.json).root];
    const costRatio = ratio(other.totalCost, own.totalCost);
    const isIdentical = JSON.stringify(json) === JSON.stringify(answer.json);
    const isSameShape = planShape(own) === planShape(other);
    const said = isSameShape
      ? errorOf(costRatio) > 0
        ? `cost × ${costRatio.toFixed(4)}`
        : 'details'
      : 'shape';
    return { label: `${said}: ${statement.sql}`, isIdentical, isSameShape, costRatio };
  });
}

/** Plans statements on a real server; those that it refuses are passed over. */
export async function truthsOf(
  real: Explainer,
  statements: readonly PlannableStatement[],
): Promise<readonly Truth[]> {
  const truths: Truth[] = [];
  for (const statement of statements) {
    const answer = await real.explain(statement);
    if (answer.ok) truths.push({ statement, json: answer.json });
  }
  return truths;
}
