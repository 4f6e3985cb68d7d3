/** Stable code of a reason not to cache a statement. */
export type RefusalCode =
  | 'SYNTAX'
  | 'NOT_ONE_SELECT'
  | 'SELECT_INTO'
  | 'LOCKING_CLAUSE'
  | 'MODIFYING_CTE'
  | 'TABLE_SAMPLE'
  | 'VOLATILE_FUNCTION'
  | 'CLOCK_FUNCTION'
  | 'SERVER_STATE'
  | 'OPAQUE_FUNCTION'
  | 'UNKNOWN_SETTING'
  | 'UNKNOWN_POLICY_INPUT'
  | 'TEMPORARY_TABLE'
  | 'FOREIGN_TABLE'
  | 'SYSTEM_TABLE'
  | 'SEQUENCE'
  | 'UNLOGGED_TABLE'
  | 'MATERIALIZED_VIEW'
  | 'TOO_MANY_TABLES';

/** A reason not to cache a statement. */
export interface Refusal {
  readonly code: RefusalCode;
  /** What of the statement it is about, such as `public.f`. */
  readonly subject: string;
  readonly why: string;
  /** The option that makes it cacheable all the same: the caller then says how long, or what it depends on. */
  readonly remedy: 'ttlMs' | 'tags' | null;
}

const ROWS: Readonly<Record<RefusalCode, Pick<Refusal, 'why' | 'remedy'>>> = {
  SYNTAX: { why: 'the parser cannot read it', remedy: null },
  NOT_ONE_SELECT: { why: 'only one SELECT can be cached', remedy: null },
  SELECT_INTO: { why: 'it makes a table', remedy: null },
  LOCKING_CLAUSE: { why: 'FOR UPDATE and FOR SHARE lock rows, which a cached answer does not', remedy: null },
  MODIFYING_CTE: { why: 'it changes rows', remedy: null },
  TABLE_SAMPLE: { why: 'TABLESAMPLE gives other rows each time', remedy: null },
  VOLATILE_FUNCTION: {
    why: 'it may give something else each time; a function that does not should be declared stable',
    remedy: null,
  },
  CLOCK_FUNCTION: { why: 'it depends on the time of day: say with ttlMs how old it may be', remedy: 'ttlMs' },
  SERVER_STATE: {
    why: 'it shows the state of the server or its catalogue, of which no change is told',
    remedy: null,
  },
  OPAQUE_FUNCTION: {
    why: 'which tables it reads is not known: say with tags what the answer depends on',
    remedy: 'tags',
  },
  UNKNOWN_SETTING: {
    why: 'the answer depends on a setting that is not part of the key: give its value in session.settings',
    remedy: null,
  },
  UNKNOWN_POLICY_INPUT: { why: 'row security depends on what is not part of the key', remedy: null },
  TEMPORARY_TABLE: { why: 'every connection has another', remedy: null },
  FOREIGN_TABLE: { why: 'its changes are made elsewhere', remedy: null },
  SYSTEM_TABLE: { why: 'no change of the system catalogue is told', remedy: null },
  SEQUENCE: { why: 'a sequence moves without a commit', remedy: null },
  UNLOGGED_TABLE: {
    why: 'its changes are not in the change stream: invalidate tags of your own',
    remedy: 'tags',
  },
  MATERIALIZED_VIEW: {
    why: 'a refresh is not in the change stream: invalidate tags of your own after it',
    remedy: 'tags',
  },
  TOO_MANY_TABLES: { why: 'an entry carries at most 32 tags', remedy: null },
};

/** Makes a reason. */
export function refusal(code: RefusalCode, subject: string): Refusal {
  return { code, subject, ...ROWS[code] };
}
