import { randomUUID } from 'node:crypto';
import { type Message, type Part, Role, TaskState, type TaskStatus } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutor, type ExecutionEventBus, type User } from '@a2a-js/sdk/server';
import type { ProgressStep } from '../../kernel/index.ts';
import type { McpSource, Tool } from '../mcp/index.ts';
import { readRequest } from './read-request.ts';

/** Carries tasks out. */
export interface SkillExecutor extends AgentExecutor {
  /** Tasks that are under way. */
  runningCount(): number;
  /** Ends what is under way. */
  close(): void;
}

interface TaskIds {
  readonly taskId: string;
  readonly contextId: string;
}

/** Makes what carries tasks out: one call of a skill's tool each, with its progress, until it is answered or cancelled. */
export function createExecutor(source: McpSource): SkillExecutor {
  const running = new Map<string, { readonly ids: TaskIds; readonly abort: AbortController }>();
  const targets = source.targets.map(({ connection }) => connection.name);
  const statusOf = (ids: TaskIds, state: TaskState, text: string | null): TaskStatus => ({
    state,
    message: text === null ? undefined : messageOf(ids, text),
    timestamp: source.clock.now().toISOString(),
  });
  const tell = (bus: ExecutionEventBus, ids: TaskIds, status: TaskStatus): void =>
    bus.publish(AgentEvent.statusUpdate({ ...ids, status, metadata: undefined }));
  const by = (user: User | undefined): McpSource => ({
    ...source,
    actor: `${source.actor} (${user?.userName ?? ''})`,
  });
  return {
    runningCount: () => running.size,
    close() {
      for (const { abort } of running.values()) abort.abort();
    },
    async execute({ taskId, contextId, userMessage, context }, bus) {
      const ids = { taskId, contextId };
      const { skill, given } = readRequest(userMessage, targets);
      const abort = new AbortController();
      const { signal } = abort;
      running.set(taskId, { ids, abort });
      const submitted = statusOf(ids, TaskState.TASK_STATE_SUBMITTED, null);
      const task = { id: taskId, contextId, status: submitted, artifacts: [], history: [userMessage] };
      bus.publish(AgentEvent.task({ ...task, metadata: { skill: skill.id } }));
      const onProgress = onChange(({ task: doing }) => {
        if (!signal.aborted) tell(bus, ids, statusOf(ids, TaskState.TASK_STATE_WORKING, doing));
      });
      try {
        const reply = await skill.tool.reply(given, { source: by(context.user), signal, onProgress });
        if (signal.aborted) return;
        const isDone = reply.isError !== true;
        if (isDone) bus.publish(artifactEvent(ids, skill.tool, reply));
        const state = isDone ? TaskState.TASK_STATE_COMPLETED : TaskState.TASK_STATE_FAILED;
        tell(bus, ids, statusOf(ids, state, isDone ? null : textOf(reply)));
      } finally {
        running.delete(taskId);
      }
    },
    async cancelTask(taskId, bus) {
      const found = running.get(taskId);
      if (found === undefined) return;
      found.abort.abort();
      tell(bus, found.ids, statusOf(found.ids, TaskState.TASK_STATE_CANCELED, 'cancelled'));
    },
  };
}

/** Passes on what is done when it changes, not each of its steps: every one is kept with the task. */
function onChange(report: (step: ProgressStep) => void): (step: ProgressStep) => void {
  let last = '';
  return (step) => {
    if (step.task === last) return;
    last = step.task;
    report(step);
  };
}

type Reply = Awaited<ReturnType<Tool['reply']>>;

function artifactEvent(ids: TaskIds, { name, title, description }: Tool, reply: Reply) {
  const parts = [
    partOf({ $case: 'text', value: textOf(reply) }, 'text/plain'),
    partOf({ $case: 'data', value: reply.structuredContent }, 'application/json'),
  ];
  const artifact = { artifactId: name, name: title, description, parts, metadata: undefined, extensions: [] };
  return AgentEvent.artifactUpdate({
    ...ids,
    artifact,
    append: false,
    lastChunk: true,
    metadata: undefined,
  });
}

function textOf({ content }: Reply): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

function messageOf({ taskId, contextId }: TaskIds, text: string): Message {
  return {
    messageId: randomUUID(),
    taskId,
    contextId,
    role: Role.ROLE_AGENT,
    parts: [partOf({ $case: 'text', value: text }, 'text/plain')],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}

function partOf(content: NonNullable<Part['content']>, mediaType: string): Part {
  return { content, mediaType, filename: '', metadata: undefined };
}
