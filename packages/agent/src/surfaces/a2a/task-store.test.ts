import { type ListTasksRequest, type Task, TaskState } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { expect, it } from 'vitest';
import { createTaskStore } from './task-store.ts';

const contextOf = (userName: string) => new ServerCallContext({ user: { isAuthenticated: true, userName } });

function taskOf(number: number, state: TaskState): Task {
  const timestamp = new Date(number * 1_000).toISOString();
  const status = { state, message: undefined, timestamp };
  return { id: String(number), contextId: 'c', status, artifacts: [], history: [], metadata: undefined };
}

const ALL: ListTasksRequest = {
  tenant: '',
  contextId: '',
  status: TaskState.TASK_STATE_UNSPECIFIED,
  pageSize: 100,
  pageToken: '',
  historyLength: undefined,
  statusTimestampAfter: undefined,
  includeArtifacts: undefined,
};

it('forgets the oldest task that ended, and none that is under way', async () => {
  const store = createTaskStore();
  const anna = contextOf('anna');
  await store.save(taskOf(0, TaskState.TASK_STATE_WORKING), anna);
  for (let number = 1; number <= 200; number += 1) {
    await store.save(taskOf(number, TaskState.TASK_STATE_COMPLETED), anna);
  }
  const known = await Promise.all(['0', '1', '2', '200'].map((id) => store.load(id, anna)));
  expect(known.map((task) => task?.id)).toEqual(['0', undefined, '2', '200']);
  expect(await store.list(ALL, anna)).toMatchObject({ totalSize: 200 });
});

it('gives a task to whoever asked for it and to nobody else', async () => {
  const store = createTaskStore();
  const [anna, ben] = [contextOf('anna'), contextOf('ben')];
  await store.save(taskOf(1, TaskState.TASK_STATE_COMPLETED), anna);
  expect((await store.load('1', anna))?.id).toBe('1');
  expect(await store.load('1', ben)).toBeUndefined();
  expect((await store.list(ALL, ben)).tasks).toEqual([]);
});
