import type { PlanNode } from './plan.ts';
import { planShape } from './walk.ts';

/** Where two plans of one statement differ. */
export interface PlanDifference {
  /** The node in the left plan: `Limit > Sort > Seq Scan on orders`. */
  readonly path: string;
  readonly what: 'shape' | 'rows' | 'cost';
  readonly left: string;
  readonly right: string;
}

/** Costs and rows this near to each other count as equal. */
const TOLERANCE = 0.01;

/**
 * Compares two plans node by node. Where they work in different ways, what is below is not compared further; where a
 * node's rows or cost differ and those of a node below do too, the deepest is named: there the difference begins.
 */
export function comparePlans(left: PlanNode, right: PlanNode): readonly PlanDifference[] {
  return compareNodes(left, right, '');
}

function compareNodes(left: PlanNode, right: PlanNode, above: string): readonly PlanDifference[] {
  const path = above === '' ? nodeWords(left) : `${above} > ${nodeWords(left)}`;
  const isSameNode = ownShape(left) === ownShape(right) && left.children.length === right.children.length;
  if (!isSameNode) return [{ path, what: 'shape', left: planWords(left), right: planWords(right) }];
  const below = left.children.flatMap((child, index) => {
    const other = right.children[index];
    return other === undefined ? [] : compareNodes(child, other, path);
  });
  const differs = (what: 'rows' | 'cost', a: number, b: number): readonly PlanDifference[] =>
    isNear(a, b) || below.some((one) => one.what === what || one.what === 'shape')
      ? []
      : [{ path, what, left: String(a), right: String(b) }];
  return [
    ...below,
    ...differs('rows', left.planRows, right.planRows),
    ...differs('cost', left.totalCost, right.totalCost),
  ];
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}

function ownShape(node: PlanNode): string {
  return planShape({ ...node, children: [] });
}

/** The node and those below it in a line. */
function planWords(node: PlanNode): string {
  const below = node.children.map(planWords).join(', ');
  return below === '' ? nodeWords(node) : `${nodeWords(node)} (${below})`;
}

function nodeWords({ type, table, index }: PlanNode): string {
  const using = index === null ? '' : ` using ${index.name}`;
  return `${type}${using}${table === null ? '' : ` on ${table.name}`}`;
}
