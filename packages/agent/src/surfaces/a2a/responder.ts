import {
  A2A_VERSION_HEADER,
  AgentCard,
  formatSSEEvent,
  type SendMessageRequest,
  SSE_HEADERS,
} from '@a2a-js/sdk';
import {
  ContentTypeNotSupportedError,
  RequestMalformedError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors';
import {
  DefaultRequestHandler,
  JsonRpcTransportHandler,
  ServerCallContext,
  validateVersion,
} from '@a2a-js/sdk/server';
import type { McpSource } from '../mcp/index.ts';
import { agentCard } from './agent-card.ts';
import { createExecutor, type SkillExecutor } from './executor.ts';
import { readRequest } from './read-request.ts';
import { createTaskStore } from './task-store.ts';

/** Somebody who was let in. */
export interface Caller {
  readonly name: string;
  readonly role: 'viewer' | 'operator';
}

/** Answers A2A over HTTP; who may ask has been decided before. */
export interface A2aResponder {
  /** @param url of the endpoint, as the reader reaches it */
  card(url: string): object;
  fetch(request: Request, caller: Caller): Promise<Response>;
  close(): void;
}

/** Tasks under way at once: each may look at a target. */
const MOST_AT_ONCE = 4;
const ROLE = 'role';

/** Makes the answers to A2A: JSON-RPC, at once or as a stream of events. */
export function createA2aResponder(source: McpSource, needsToken: boolean): A2aResponder {
  const executor = createExecutor(source);
  const describe = (url: string): AgentCard => agentCard({ version: source.version, url, needsToken });
  const handler = new Handler(describe('/'), source, executor);
  const transport = new JsonRpcTransportHandler(handler);
  return {
    card: (url) => AgentCard.toJSON(describe(url)) as object,
    async fetch(request, { name, role }) {
      const requestedVersion = request.headers.get(A2A_VERSION_HEADER);
      const context = new ServerCallContext({
        user: { isAuthenticated: true, userName: name },
        state: new Map([[ROLE, role]]),
        ...(requestedVersion === null ? {} : { requestedVersion }),
      });
      try {
        const body = await bodyOf(request);
        validateVersion(context.requestedVersion, await handler.getAgentCard(), 'JSONRPC');
        const answer = await transport.handle(body, context);
        return Symbol.asyncIterator in answer ? streamed(answer) : Response.json(answer);
      } catch (error) {
        return Response.json(errorOf(error));
      }
    },
    close: () => executor.close(),
  };
}

/** Refuses before a task is made of it what no skill can answer, or the caller may not ask. */
class Handler extends DefaultRequestHandler {
  readonly #source: McpSource;
  readonly #executor: SkillExecutor;

  constructor(card: AgentCard, source: McpSource, executor: SkillExecutor) {
    super(card, createTaskStore(), executor);
    this.#source = source;
    this.#executor = executor;
  }

  override async sendMessage(
    params: SendMessageRequest,
    context: ServerCallContext,
  ): ReturnType<DefaultRequestHandler['sendMessage']> {
    this.#check(params, context);
    return super.sendMessage(params, context);
  }

  override sendMessageStream(
    params: SendMessageRequest,
    context: ServerCallContext,
  ): ReturnType<DefaultRequestHandler['sendMessageStream']> {
    this.#check(params, context);
    return super.sendMessageStream(params, context);
  }

  #check({ message }: SendMessageRequest, context: ServerCallContext): void {
    const targets = this.#source.targets.map(({ connection }) => connection.name);
    const { skill } = readRequest(message, targets);
    if (skill.role === 'operator' && context.state.get(ROLE) !== 'operator') {
      throw new UnsupportedOperationError(`only an operator may ask for ${skill.id}`);
    }
    if (message?.taskId !== undefined && message.taskId !== '') {
      throw new UnsupportedOperationError('a task takes one message: leave taskId out for another task');
    }
    if (this.#executor.runningCount() >= MOST_AT_ONCE) {
      throw new UnsupportedOperationError(`${MOST_AT_ONCE} tasks are under way: wait, or cancel one`);
    }
  }
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  // A page of a stranger can send other types without being asked first.
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    throw new ContentTypeNotSupportedError('the content type is not application/json');
  }
  const body: unknown = await request.json().catch(() => null);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body as Record<string, unknown>;
  }
  throw new RequestMalformedError('the body is no JSON object');
}

function errorOf(error: unknown): object {
  return { jsonrpc: '2.0', id: null, error: JsonRpcTransportHandler.mapToJSONRPCError(error) };
}

/** Sends each event as it comes. A reader who leaves is not waited for, and the task goes on: it can be asked for later. */
function streamed(events: AsyncGenerator<object>): Response {
  let isRead = true;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const pass = async (): Promise<void> => {
        for await (const event of events) {
          if (isRead) controller.enqueue(encoder.encode(formatSSEEvent(event)));
        }
      };
      void pass()
        .catch((error: unknown) => {
          if (isRead) controller.enqueue(encoder.encode(formatSSEEvent(errorOf(error))));
        })
        .finally(() => {
          if (isRead) controller.close();
        });
    },
    cancel() {
      isRead = false;
    },
  });
  return new Response(body, { headers: SSE_HEADERS });
}
