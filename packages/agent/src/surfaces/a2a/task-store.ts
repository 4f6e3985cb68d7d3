import { type Task, TaskState } from '@a2a-js/sdk';
import { InMemoryTaskStore, resolveUserScope, type TaskStore } from '@a2a-js/sdk/server';

/** Tasks that are remembered; the oldest that ended are forgotten first. */
const MOST_TASKS = 200;

const ENDED = [TaskState.TASK_STATE_COMPLETED, TaskState.TASK_STATE_FAILED, TaskState.TASK_STATE_CANCELED];

/** Keeps the latest tasks in memory, each for the caller who asked for it: the SDK's own store forgets none. */
export function createTaskStore(): TaskStore {
  const kept = new Map<string, { readonly owner: string; readonly task: Task }>();
  return {
    async load(id, context) {
      const found = kept.get(id);
      return found?.owner === resolveUserScope(context) ? structuredClone(found.task) : undefined;
    },
    async save(task, context) {
      kept.set(task.id, { owner: resolveUserScope(context), task: structuredClone(task) });
      if (kept.size <= MOST_TASKS) return;
      const oldest = [...kept.values()].find(
        ({ task: { status } }) => status !== undefined && ENDED.includes(status.state),
      );
      if (oldest !== undefined) kept.delete(oldest.task.id);
    },
    async list(params, context) {
      const listed = new InMemoryTaskStore();
      for (const { owner, task } of kept.values()) {
        if (owner === resolveUserScope(context)) await listed.save(task, context);
      }
      return listed.list(params, context);
    },
  };
}
