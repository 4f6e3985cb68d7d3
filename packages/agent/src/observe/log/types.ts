/** A plan that auto_explain wrote into the server's log. */
export interface LoggedPlan {
  /** When the statement ended; null when the log does not say. */
  readonly at: Date | null;
  readonly durationMs: number;
  /** Null when the log does not say; so are the next ones. */
  readonly user: string | null;
  readonly database: string | null;
  readonly application: string | null;
  /** Of the statement that the client sent; the plan may be that of one which runs inside it. */
  readonly queryId: string | null;
  /** The text that was sent, with its values. */
  readonly query: string;
  /** As `explain (format json)` gives it. */
  readonly explained: unknown;
}

/** One message of the log, and who it is about. */
export interface LogMessage {
  readonly text: string;
  /** As the log prints it: `2026-11-29 14:05:03.123 CET`, or milliseconds since 1970. */
  readonly time: string | null;
  readonly user: string | null;
  readonly database: string | null;
  readonly application: string | null;
  readonly queryId: string | null;
}

/** How messages stand in a log of one format. */
export interface LogFormat {
  /** Tells whether a message can begin with a line; asked where reading begins in the middle of a file. */
  begins(line: string): boolean;
  /** Gives how many lines the message has that begins with one of them; null when its end is not written yet. */
  lengthOf(lines: readonly string[], first: number): number | null;
  /** Reads one whole message; null for what is none. */
  read(lines: readonly string[]): LogMessage | null;
}
