import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import type { Action, Home } from '../../app/index.ts';
import type { Clock, ProgressListener } from '../../kernel/index.ts';
import type { ConnectionTarget } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';

/** A target that may be asked about. */
export interface McpTarget {
  readonly connection: ConnectionTarget;
  /** In force for it. */
  readonly settings: Settings;
}

/** What the server answers from. */
export interface McpSource {
  readonly store: Home['store'];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly version: string;
  /** Who proposes and applies, in the ledger. */
  readonly actor: string;
  readonly targets: readonly McpTarget[];
  /** Whether this process watches the targets; else it reads what a daemon stored. */
  readonly isWatching: boolean;
  /** Goes on with an action that a person approved; gives it back as it is where the daemon does. */
  carryOut(action: Action, target: McpTarget, signal: AbortSignal): Promise<Action>;
}

/** One call of a tool. */
export interface Call {
  readonly source: McpSource;
  /** Aborted when the client cancels. */
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

/** What a tool answers. */
export interface Answer {
  /** One line of pgsteward's own words: no name, no text of a database. */
  readonly headline: string;
  /** Target that it is about; null for none. */
  readonly target: string | null;
  /** Fields of the tool's output schema; all others are left out. */
  readonly data: object;
  /** What to call next; null for nothing in particular. */
  readonly next?: string;
}

/** A tool, ready to be called and to be added to a server. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Arguments; any other is refused. */
  readonly input: z.ZodObject;
  /**
   * Answers one call, refusals included: with text and the same as a structured value, 32 KB at most.
   * @param given as `input` parses them
   */
  reply(given: Readonly<Record<string, unknown>>, call: Call): Promise<CallToolResult>;
  register(server: McpServer, source: McpSource): void;
}
