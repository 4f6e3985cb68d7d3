/** One row of the catalogue; `{name}` in a text is filled from the values given to {@link failure}. */
export interface CacheErrorDefinition {
  /** Stable code such as `CACHE.LOADER_TIMEOUT`; never reused for another meaning. */
  readonly code: string;
  /** What happened: lower case, no full stop, the offending value quoted. */
  readonly message: string;
  /** Why it happens, one or two sentences. */
  readonly why: string;
  /** What to do next, most likely first. */
  readonly next: readonly string[];
}

/** An expected failure of the cache with its code, reason and next steps; match on `code`, never on the message. */
export class CacheError extends Error {
  override readonly name = 'CacheError';
  readonly code: string;
  readonly why: string;
  readonly next: readonly string[];

  constructor(definition: CacheErrorDefinition, values: CacheErrorValues, cause: unknown) {
    super(fill(definition.message, values), cause === undefined ? undefined : { cause });
    this.code = definition.code;
    this.why = fill(definition.why, values);
    this.next = definition.next;
  }
}

/** Values that fill the placeholders of an error row. */
export type CacheErrorValues = Readonly<Record<string, string | number>>;

type Name =
  | 'INVALID_NAMESPACE'
  | 'INVALID_KEY'
  | 'INVALID_TAGS'
  | 'INVALID_OPTION'
  | 'INVALID_LSN'
  | 'UNSERIALISABLE'
  | 'VALUE_TOO_LARGE'
  | 'NOT_CACHEABLE'
  | 'LOADER_TIMEOUT'
  | 'OVERLOADED'
  | 'CLOSED'
  | 'STORE_UNREACHABLE'
  | 'STORE_REFUSED'
  | 'STORE_TIMEOUT'
  | 'FOREIGN_DATA';

const ROWS: Readonly<Record<Name, Omit<CacheErrorDefinition, 'code'>>> = {
  INVALID_NAMESPACE: {
    message: 'the namespace "{namespace}" is not usable',
    why: 'It is part of every key in the shared store: 1 to 64 letters, digits, dots, dashes or underscores.',
    next: ['name it after the application and its schema, such as shop-v2'],
  },
  INVALID_KEY: {
    message: 'the key is not usable: {reason}',
    why: 'A key is a string, a finite number, a bigint, a boolean or bytes, or a list of such parts that is not empty.',
    next: ['turn dates and objects into strings, each part of the key by itself'],
  },
  INVALID_TAGS: {
    message: 'the tags are not usable: {reason}',
    why: 'Tags are a list of at most {maximum} strings of 1 to 512 characters.',
    next: ['use fewer, coarser tags: one of a table instead of one for each of its rows'],
  },
  INVALID_OPTION: {
    message: 'the option {option} is {value}',
    why: '{expected}.',
    next: ['see the docstring of the option'],
  },
  INVALID_LSN: {
    message: '"{text}" is no position in the write-ahead log',
    why: 'PostgreSQL writes a position as two hexadecimal numbers, such as 16/B374D848: it is what pg_current_wal_insert_lsn() gives.',
    // The write position is behind a commit that did not wait for the disk (synchronous_commit = off).
    next: ['read it after the commit: select pg_current_wal_insert_lsn()'],
  },
  UNSERIALISABLE: {
    message: 'the value at {path} cannot be kept: it is {what}',
    why: 'A value that comes back different from the cache than from the loader would be a bug that shows only on a hit.',
    next: [
      'return plain objects, lists, strings, numbers, dates, maps, sets or bytes',
      'give a codec of your own',
    ],
  },
  VALUE_TOO_LARGE: {
    message: 'a value of {sizeBytes} bytes is above the limit of {maximumBytes}',
    why: 'One large value costs every reader of the shared store: while it is sent, the others wait.',
    next: ['cache the parts that are read together, or a page of the result', 'raise maxValueBytes'],
  },
  NOT_CACHEABLE: {
    message: 'the statement is not cached',
    why: '{reasons}.',
    next: [
      'see what would mend each reason: explain(sql)',
      'read it with the pool, where it is not to be cached',
    ],
  },
  LOADER_TIMEOUT: {
    message: 'the loader gave nothing within {timeoutMs} ms',
    why: 'All who ask for a key wait for one loader; one that never ends would hold them for ever.',
    next: ['end the work when context.signal aborts', 'raise loaderTimeoutMs'],
  },
  OVERLOADED: {
    message: 'the database has {running} loads running and {waiting} waiting',
    why: 'The shared store is away, and more is asked of the database than it is allowed to take then.',
    next: ['answer the request with 503 and Retry-After', 'raise outage.maxConcurrentLoads'],
  },
  CLOSED: {
    message: 'the cache "{namespace}" is closed',
    why: 'close() was called.',
    next: ['close the cache after the last request'],
  },
  STORE_UNREACHABLE: {
    message: 'the shared store does not answer',
    why: '{reason}.',
    next: ['check that it runs, and that this machine may reach it'],
  },
  STORE_REFUSED: {
    message: 'the shared store refuses',
    why: '{reason}.',
    next: [
      'check user and password of the client',
      'give the user the right: ACL SETUSER app on >PASSWORD ~pgc:* &pgc:* +@all -@dangerous +info',
    ],
  },
  STORE_TIMEOUT: {
    message: 'the shared store gave no answer within {timeoutMs} ms',
    why: 'It is overloaded, paused or cut off. Reads go to the loader until it answers.',
    next: ['look for slow commands: SLOWLOG GET', 'raise timeoutMs where the network is slow'],
  },
  FOREIGN_DATA: {
    message: 'the shared store holds something else at "{key}"',
    why: 'Another program, or another version of this one, writes under the same names. It counts as a miss and is overwritten.',
    next: ['give each application a namespace of its own'],
  },
};

/** The catalogue: every error that the cache raises, by name. */
export const CACHE_ERRORS: Readonly<Record<Name, CacheErrorDefinition>> = Object.fromEntries(
  Object.entries(ROWS).map(([name, row]) => [name, { code: `CACHE.${name}`, ...row }]),
) as Record<Name, CacheErrorDefinition>;

/**
 * Builds the error of one catalogue row.
 * @param definition row of {@link CACHE_ERRORS}
 * @param values fill the row's `{placeholders}`; hold no secret
 * @param cause the lower-level error
 */
export function failure(
  definition: CacheErrorDefinition,
  values: CacheErrorValues = {},
  cause?: unknown,
): CacheError {
  return new CacheError(definition, values, cause);
}

function fill(template: string, values: CacheErrorValues): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : placeholder,
  );
}
