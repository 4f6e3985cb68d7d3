import { defineErrors, type ErrorDefinition } from '../kernel/index.ts';

type Code = 'TOO_NEW' | 'NOT_LEADER' | 'TOO_OLD_SERVER';

/** Errors of the history store. */
export const STORE_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('STORE', {
  TOO_NEW: {
    message: 'the history store was made by a newer pgsteward',
    why: 'Its schema is at step {found}; this pgsteward knows {known}. Nothing was changed.',
    next: ['update pgsteward here', 'or point store.url at another database'],
    exitCode: 2,
  },
  NOT_LEADER: {
    message: 'this agent no longer writes the history of "{target}"',
    why: 'Its connection to the store broke, and with it the lock that makes one agent the writer.',
    next: ['nothing: it takes the lock again, or another agent has it'],
    exitCode: 2,
  },
  TOO_OLD_SERVER: {
    message: 'the store at {address} is PostgreSQL {version}',
    why: 'The store needs PostgreSQL 14 or newer.',
    next: ['point store.url at a newer server, or leave it out to use the embedded one'],
    exitCode: 2,
  },
});
