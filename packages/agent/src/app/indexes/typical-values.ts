import type { WorkloadStatement } from '../../advise/index.ts';
import type { PlannedStatement, StatementPlan } from '../../observe/index.ts';
import { type Plan, type Planned, type Planner, planNodes, planShape } from '../../planner/index.ts';

/** How often calls have values of each kind, where nothing but statistics is known of them. */
const SHARES: Readonly<Record<string, number>> = { common: 0.25, median: 0.5, rare: 0.25 };

/** Factor between the rows of two plans' nodes up to which they count as the same. */
const ROWS_FACTOR = 3;

/** Statements with typical values for their parameters, and the plans that they have now. */
export interface TypicalWorkload {
  readonly statements: readonly WorkloadStatement[];
  readonly plans: readonly PlannedStatement[];
}

/**
 * Gives statements with parameters typical values: a variant for each set of values that the planner tells from the others.
 * Statements without parameters, and those of whose parameters nothing is known, stay as they are.
 */
export async function withTypicalValues(
  statements: readonly WorkloadStatement[],
  planner: Planner,
): Promise<TypicalWorkload> {
  const typical: WorkloadStatement[] = [];
  const plans: PlannedStatement[] = [];
  for (const statement of statements) {
    const planned = await planVariants(statement, planner);
    typical.push(planned.statement);
    plans.push(planned.plans);
  }
  return { statements: typical, plans };
}

interface PlannedVariants {
  readonly statement: WorkloadStatement;
  readonly plans: PlannedStatement;
}

async function planVariants(statement: WorkloadStatement, planner: Planner): Promise<PlannedVariants> {
  const [own] = statement.variants;
  const sets =
    own === undefined || !/\$\d/.test(statement.sql) ? [] : await planner.representativeValues(own.statement);
  const asked = [
    ...statement.variants.map((one) => one.statement),
    ...sets.flatMap(({ values }) => (own === undefined ? [] : [{ ...own.statement, values }])),
  ];
  const answers = await planner.plan(asked, { add: [], hide: [] });
  const plans = answers.flatMap((answer, index): StatementPlan[] => {
    if (answer.kind !== 'plan') return [];
    const set = sets[index - statement.variants.length];
    const kind = set?.kind ?? (/\$\d/.test(statement.sql) ? 'generic' : 'literal');
    return [{ kind, values: asked[index]?.values ?? null, plan: answer.plan }];
  });
  const told = tellApart(plans.filter(({ kind }) => kind in SHARES));
  const variants = told.flatMap(({ plan: { values }, share }) =>
    own === undefined ? [] : [{ share, statement: { ...own.statement, values } }],
  );
  const { id: queryId, sql: text } = statement;
  return {
    statement: variants.length === 0 ? statement : { ...statement, variants },
    plans: { queryId, text, plans, refusal: refusalOf(answers) },
  };
}

/** Keeps one of the plans that are the same in shape and rows, with the shares of all of them. */
function tellApart(
  plans: readonly StatementPlan[],
): readonly { readonly plan: StatementPlan; readonly share: number }[] {
  const kept: { plan: StatementPlan; share: number }[] = [];
  for (const plan of plans) {
    const same = kept.find((one) => isAlike(one.plan.plan, plan.plan));
    const share = SHARES[plan.kind] ?? 0;
    if (same === undefined) kept.push({ plan, share });
    else same.share += share;
  }
  const sum = kept.reduce((total, { share }) => total + share, 0);
  return kept.map((one) => ({ ...one, share: one.share / sum }));
}

function isAlike(left: Plan, right: Plan): boolean {
  if (planShape(left.root) !== planShape(right.root)) return false;
  const others = planNodes(right.root);
  return planNodes(left.root).every((node, index) => {
    const [a, b] = [Math.max(1, node.planRows), Math.max(1, others[index]?.planRows ?? 1)];
    return a / b <= ROWS_FACTOR && b / a <= ROWS_FACTOR;
  });
}

function refusalOf(answers: readonly Planned[]): string | null {
  const refused = answers.find((answer) => answer.kind === 'refused');
  return answers.some((answer) => answer.kind === 'plan') ? null : (refused?.reason ?? null);
}
