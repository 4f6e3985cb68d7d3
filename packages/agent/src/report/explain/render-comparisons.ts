import { escapeControls, formatCount } from '../../kernel/index.ts';
import { comparePlans, type PlanDifference, planShape } from '../../planner/index.ts';
import { shorten, wrap } from '../fit-text.ts';
import type { Paint } from '../text/paint.ts';
import type { ExplainReport, VerifiedPlan } from './types.ts';

/** Differences that are shown of one pair of plans. */
const SHOWN = 6;

/** Renders what the statement costs with typical values beside its generic plan. */
export function renderVariants(
  { plan, variants }: ExplainReport,
  width: number,
  paint: Paint,
): readonly string[] {
  if (variants.length === 0) return [];
  const generic = planShape(plan.root);
  return [
    paint.heading('With typical values'),
    ...variants.flatMap(({ kind, values, plan: own }) => {
      const isSame = planShape(own.root) === generic;
      const cost = `cost ${formatCount(Math.round(own.root.totalCost))}`;
      const rows = `${formatCount(own.root.planRows)} rows`;
      const given = values.map((value, index) => `$${index + 1} = ${value ?? 'null'}`).join(', ');
      const difference = isSame
        ? undefined
        : comparePlans(plan.root, own.root).find((one) => one.what === 'shape');
      return [
        `  ${kind.padEnd(7)} ${cost} · ${rows} · ${isSame ? 'same plan' : paint.warn('another plan')}`,
        `          ${paint.dim(escapeControls(shorten(given, width - 10)))}`,
        ...(difference === undefined
          ? []
          : wrap(`${difference.right} instead of ${difference.left}`, width - 10).map(
              (line) => `          ${paint.dim(escapeControls(line))}`,
            )),
      ];
    }),
  ];
}

/** Renders where the shadow and the target plan differently. */
export function renderVerification(
  verified: readonly VerifiedPlan[],
  width: number,
  paint: Paint,
): readonly string[] {
  return [
    paint.heading('Shadow and target'),
    ...verified.flatMap(({ indexes, shadowCost, targetCost, differences }) => {
      const costs = `cost ${formatCount(Math.round(shadowCost))} in the shadow, ${formatCount(Math.round(targetCost))} on the target`;
      const verdict = differences.length === 0 ? paint.good('the same plan') : paint.warn('they differ');
      const hidden = differences.length - SHOWN;
      return [
        `  ${indexes === 'existing' ? 'as it is' : 'supposed'}: ${verdict} · ${costs}`,
        ...differences
          .slice(0, SHOWN)
          .flatMap((one) => wrap(differenceWords(one), width - 4))
          .map((line) => `    ${paint.dim(escapeControls(line))}`),
        ...(hidden > 0 ? [`    ${paint.dim(`and ${hidden} more`)}`] : []),
      ];
    }),
  ];
}

function differenceWords({ path, what, left, right }: PlanDifference): string {
  if (what === 'shape') return `${left} in the shadow, ${right} on the target (${path})`;
  return `${path}: ${what} ${left} in the shadow, ${right} on the target`;
}
