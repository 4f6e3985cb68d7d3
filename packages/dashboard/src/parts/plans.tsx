import type { PlanRow } from '../../../agent/src/app/views/plan-types.ts';
import { format, formatTime } from '../format.ts';
import { PlanTree } from './plan-tree.tsx';
import './plans.css';

/** The plans that a statement has had, each as a tree and with what differs from the one before. */
export function Plans({ plans }: { readonly plans: readonly PlanRow[] }) {
  return (
    <section>
      <h2>Plans</h2>
      {plans.length === 0 ? (
        <p class="muted">
          no plan was seen yet: the statements that take most time are planned every ten minutes
        </p>
      ) : (
        plans.map((plan, index) => <PlanCard key={plan.hash} plan={plan} isOpen={index === 0} />)
      )}
    </section>
  );
}

function PlanCard({ plan, isOpen }: { readonly plan: PlanRow; readonly isOpen: boolean }) {
  const seen = `${formatTime(plan.firstSeenMs)} – ${formatTime(plan.lastSeenMs)}`;
  return (
    <details class="finding" open={isOpen}>
      <summary>
        <b>{plan.nodes[0]?.title}</b> cost {format(plan.totalCost, 'count')}{' '}
        <span class="muted">
          generic · {seen} · {plan.hash}
        </span>
      </summary>
      {plan.cause === null ? null : (
        <p>
          It took the place of the one before: <b>{plan.cause}</b>
        </p>
      )}
      {plan.differences.length === 0 ? null : (
        <ul class="differences">
          {plan.differences.map(({ path, before, after }) => (
            <li key={path}>
              <span class="muted">{path}</span>
              <del>{before}</del>
              <ins>{after}</ins>
            </li>
          ))}
        </ul>
      )}
      <PlanTree nodes={plan.nodes} />
    </details>
  );
}
