/** One session as `top` shows it; durations in milliseconds, null where there is nothing. */
export interface TopSession {
  readonly pid: number;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  readonly state: string;
  readonly wait: string | null;
  readonly transactionMs: number | null;
  readonly statementMs: number | null;
  readonly lockWaitMs: number | null;
  readonly connectedMs: number;
  readonly blockedBy: readonly number[];
  readonly query: string;
}

/** What one statement did since the frame before. */
export interface TopStatement {
  readonly queryId: string;
  readonly query: string | null;
  readonly callsPerSecond: number;
  /** Milliseconds of execution in each second. */
  readonly msPerSecond: number;
  readonly meanMs: number;
  readonly rowsPerCall: number;
  readonly blocksPerCall: number;
}

/** What `top` shows of a target at one instant. */
export interface TopData {
  readonly schema: 'pgsteward/top@1';
  readonly at: string;
  readonly target: string;
  readonly serverVersion: string;
  readonly connections: number;
  readonly maxConnections: number;
  readonly active: number;
  readonly waitingForLock: number;
  /** Null before the second frame. */
  readonly transactionsPerSecond: number | null;
  readonly hitRatio: number | null;
  readonly oldestTransactionMs: number | null;
  readonly sessions: readonly TopSession[];
  /** Average active sessions of the last minute by what they wait for, most first. */
  readonly waits: readonly { readonly name: string; readonly activeSessions: number }[];
  /** Most time first; empty before the second frame. */
  readonly statements: readonly TopStatement[];
  /** Why there are no statements; null when there may be. */
  readonly statementsUnavailable: string | null;
}

/** Views of `top`, in the order of their keys. */
export const TOP_VIEWS = ['sessions', 'waits', 'blocking', 'statements'] as const;

/** One of the views. */
export type TopView = (typeof TOP_VIEWS)[number];

/** What the person at the keyboard has chosen. */
export interface TopState {
  readonly view: TopView;
  /** Number of the chosen row in the list that is shown. */
  readonly selected: number;
  readonly filter: string;
  /** Number of the order of the view. */
  readonly order: number;
  readonly isPaused: boolean;
  readonly intervalMs: number;
  /** What the last line says or asks; empty for the keys. */
  readonly message: string;
  /** Whether the whole statement of the chosen row is shown. */
  readonly isOpen: boolean;
}

/** Room for a frame. */
export interface TopSize {
  readonly width: number;
  readonly height: number;
}
