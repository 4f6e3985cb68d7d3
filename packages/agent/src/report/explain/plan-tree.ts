import { type NodeShare, type Plan, type PlanNode, planShares } from '../../planner/index.ts';
import { html, type Markup } from '../html/markup.ts';
import { HOT, nodeDetails, nodeFacts, nodeTitle } from './describe-plan.ts';

/** Renders a plan as a tree of nodes that open, each with its share of the whole; what takes most stands open. */
export function renderPlanTree(plan: Pick<Plan, 'root'> & Partial<Pick<Plan, 'settings'>>): Markup {
  const settings = Object.entries(plan.settings ?? {}).map(([name, value]) => `${name} = ${value}`);
  return html`<ul class="plan">${renderNode(plan.root, planShares(plan))}</ul>
${settings.length === 0 ? null : html`<p class="meta">Settings: <code>${settings.join(', ')}</code></p>`}`;
}

function renderNode(node: PlanNode, shares: ReadonlyMap<number, NodeShare>): Markup {
  const share = shares.get(node.id);
  const ratio = Math.min(1, Math.max(0, share?.selfRatio ?? 0));
  const details = nodeDetails(node);
  const isHot = ratio >= HOT;
  const line = html`<span class="title">${nodeTitle(node)}</span> <span class="share" aria-hidden="true"><i style="width:${Math.round(ratio * 100)}%"></i></span>
<span class="facts">${nodeFacts(node, share)}</span>`;
  const opening = isHot ? html`<details class="node hot" open>` : html`<details class="node">`;
  const shown =
    details.length === 0
      ? html`<div class="node${isHot ? ' hot' : ''}">${line}</div>`
      : html`${opening}<summary>${line}</summary><ul class="conditions">${details.map((one) => html`<li><code>${one}</code></li>`)}</ul></details>`;
  const below = node.children.map((child) => renderNode(child, shares));
  return html`<li>${shown}${below.length === 0 ? null : html`<ul>${below}</ul>`}</li>
`;
}
