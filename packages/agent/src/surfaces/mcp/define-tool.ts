import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { PgstewardError, silentProgress } from '../../kernel/index.ts';
import * as inputs from './inputs.ts';
import { makeReply, replySchema } from './reply.ts';
import type { Answer, Call, McpSource, Tool } from './types.ts';

/** What a tool is, and does. */
export interface ToolDefinition<Input extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Arguments; any other is refused. A tool with a `list` takes `limit` and `cursor` too. */
  readonly input: Input;
  /** What stands under `untrusted`. */
  readonly output: z.ZodRawShape;
  /** Field of the output that is given in parts. */
  readonly list?: string;
  /** Whether it changes a database or what is proposed for one; it only reads when left out. */
  readonly effect?: 'proposes' | 'changes';
  run(given: z.output<z.ZodObject<Input>>, call: Call): Promise<Answer>;
}

/** Most entries of a list that is not asked for in parts. */
const DEFAULT_LIMIT = 200;

const paging = z.object({ limit: inputs.limit.optional(), cursor: inputs.cursor });

/** Makes a tool of its definition. */
export function defineTool<const Input extends z.ZodRawShape>(definition: ToolDefinition<Input>): Tool {
  const { name, title, description, input, output, list = null, effect } = definition;
  const inputSchema: z.ZodObject = z.strictObject({ ...input, ...pagingOf(definition) });
  const outputShape = z.object(output);
  const reply: Tool['reply'] = async (given, call) => {
    try {
      const wanted = paging.parse({ limit: given['limit'], cursor: given['cursor'] });
      const answer = await definition.run(given as z.output<z.ZodObject<Input>>, call);
      const isLive = call.source.isWatching;
      const about = { output: outputShape, list, isLive, limit: wanted.limit ?? DEFAULT_LIMIT };
      return makeReply(answer, { ...about, cursor: wanted.cursor });
    } catch (error) {
      return refusal(error);
    }
  };
  return {
    name,
    title,
    description,
    input: inputSchema,
    reply,
    register(server: McpServer, source: McpSource) {
      const config = {
        title,
        description,
        inputSchema,
        outputSchema: replySchema(outputShape),
        annotations: {
          readOnlyHint: effect === undefined,
          destructiveHint: effect === 'changes',
          idempotentHint: effect === undefined,
          openWorldHint: false,
        },
      };
      server.registerTool(name, config, (given, { mcpReq }) =>
        reply(given, { source, signal: mcpReq.signal, onProgress: silentProgress }),
      );
    },
  };
}

/** A text has no entries that could be limited. */
function pagingOf({ output, list }: Pick<ToolDefinition<never>, 'output' | 'list'>): z.ZodRawShape {
  if (list === undefined) return {};
  const { limit, cursor } = inputs;
  return output[list] instanceof z.ZodString ? { cursor } : { limit, cursor };
}

/** What a model can mend it is told, with the next step; a bug it is not told in detail. */
function refusal(error: unknown): CallToolResult {
  const text =
    error instanceof PgstewardError
      ? [`${error.message} (${error.code})`, error.why, ...error.next.map((step) => `next: ${step}`)].join(
          '\n',
        )
      : 'internal error: this is a bug of pgsteward, or its store cannot be read now';
  return { content: [{ type: 'text', text }], isError: true };
}
