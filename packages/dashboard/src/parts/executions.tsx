import type { ExecutionRow } from '../../../agent/src/app/views/plan-types.ts';
import { format, formatTime } from '../format.ts';
import { PlanTree } from './plan-tree.tsx';

/** Executions of a statement that the server logged, each with the plan as it ran. */
export function Executions({ executions }: { readonly executions: readonly ExecutionRow[] }) {
  const slowestMs = Math.max(...executions.map(({ durationMs }) => durationMs));
  return (
    <section>
      <h2>Executions</h2>
      {executions.length === 0 ? (
        <p class="muted">
          none was logged: auto_explain writes slow statements with their plans into the log, and{' '}
          <code>pgsteward doctor</code> says what it needs
        </p>
      ) : (
        executions.map((execution, index) => (
          <details key={`${execution.atMs} ${execution.durationMs}`} class="finding" open={index === 0}>
            <summary>
              <b>{format(execution.durationMs, 'ms')}</b>
              {execution.durationMs === slowestMs ? ' the slowest' : ''} at {formatTime(execution.atMs)}{' '}
              <span class="muted">
                {[execution.user, execution.application, execution.hash]
                  .filter((part) => part !== null && part !== '')
                  .join(' · ')}
              </span>
            </summary>
            <PlanTree nodes={execution.nodes} />
          </details>
        ))
      )}
    </section>
  );
}
