import type { Change, Execution, Executor, Obstacle, Prepared } from '../types.ts';
import { runInTurn } from './shared.ts';

/** A kind of action that is one transaction: done or not, never half. */
export interface Transactional {
  readonly kind: Executor['kind'];
  readonly read: (statements: readonly string[]) => Change | null;
  readonly prepare: (execution: Execution) => Promise<{ readonly obstacles: readonly Obstacle[] } | Prepared>;
  readonly isDone: (execution: Execution, prepared: Prepared) => Promise<boolean>;
  /** Statements that take it back, or those written down before it by default. */
  readonly undo?: Executor['undo'];
}

/** Makes the executor of such a kind. */
export function transactional({ kind, read, prepare, isDone, undo }: Transactional): Executor {
  return {
    kind,
    read,
    prepare,
    inspect: async (execution, prepared) => ((await isDone(execution, prepared)) ? 'present' : 'absent'),
    apply: (execution) => runInTurn(execution, execution.change.statements),
    cleanUp: async () => null,
    undo: undo ?? ((execution, prepared) => runInTurn(execution, prepared.undo)),
  };
}

/** Makes the executor of a kind that can be done again and again, leaves nothing behind and has nothing to take back. */
export function repeatable(
  own: Pick<Executor, 'kind' | 'read'> & { readonly prepare?: Executor['prepare'] },
): Executor {
  return transactional({
    ...own,
    prepare: own.prepare ?? (async ({ change }) => ({ table: change.table, undo: [], facts: {} })),
    // Whether it was done cannot be seen, and doing it twice harms nobody.
    isDone: async () => false,
  });
}
