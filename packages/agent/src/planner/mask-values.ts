import type { Plan, PlanNode } from './plan.ts';

/** Names, parameters and numbered parts of a plan, which stay; then texts and numbers. */
const VALUE =
  /("(?:[^"]|"")*"|\$\d+|\b(?:SubPlan|InitPlan) \d+)|[ebx]?'(?:[^'\\]|''|\\.)*'|(?<![\w$])\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

/** Puts `?` in the place of the values in the conditions of a plan, as statements are kept without theirs. */
export function maskValues(plan: Plan): Plan {
  return { ...plan, root: maskNode(plan.root) };
}

function maskNode(node: PlanNode): PlanNode {
  const details = Object.entries(node.details).map(([label, value]) => [
    label,
    label.endsWith('Name') ? value : typeof value === 'string' ? maskText(value) : value.map(maskText),
  ]);
  return { ...node, details: Object.fromEntries(details), children: node.children.map(maskNode) };
}

function maskText(text: string): string {
  return text.replaceAll(VALUE, (_found, kept: string | undefined) => kept ?? '?');
}
