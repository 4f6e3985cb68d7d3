import { defineErrors, type ErrorDefinition } from '../kernel/index.ts';

/** Errors of the commands themselves. */
export const APP_ERRORS: Readonly<
  Record<
    | 'USAGE'
    | 'STATEMENTS_UNAVAILABLE'
    | 'OUTPUT_FILE'
    | 'NO_REDIS'
    | 'STATEMENT_FILE'
    | 'NO_HYPOPG'
    | 'EXPLAIN'
    | 'WORKLOAD'
    | 'NOT_A_READER'
    | 'READ_QUERY'
    | 'NO_CACHE'
    | 'CANCELLED',
    ErrorDefinition
  >
> = defineErrors('APP', {
  USAGE: {
    message: '{reason}',
    why: 'Nothing was begun.',
    next: ['run `pgsteward {command} --help`'],
    exitCode: 2,
  },
  STATEMENTS_UNAVAILABLE: {
    message: 'statement statistics cannot be read: {reason}',
    why: 'This command reads pg_stat_statements.',
    next: ['{remedy}', 'run `pgsteward doctor` to see what else is missing'],
    exitCode: 2,
  },
  NO_REDIS: {
    message: 'no Redis is named',
    why: 'The worker invalidates what caches share there.',
    next: ['give it with --redis, or set cache.redis-url: redis://pgsteward:secret@cache.example.com:6379'],
    exitCode: 2,
  },
  OUTPUT_FILE: {
    message: 'cannot write "{file}"',
    why: '{reason}.',
    next: ['check the path given with --output and its permissions'],
    exitCode: 2,
  },
  STATEMENT_FILE: {
    message: 'cannot read statements from "{file}"',
    why: '{reason}.',
    next: ['give a file of SQL that PostgreSQL can parse, its statements separated by semicolons'],
    exitCode: 2,
  },
  NO_HYPOPG: {
    message: 'the database {name} has no hypopg',
    why: 'With `--provider hypopg` the plans are made on the target, which needs this extension there.',
    next: [
      'leave `--provider` out: the shadow needs nothing installed',
      'or `create extension hypopg` on the target',
    ],
    exitCode: 2,
  },
  EXPLAIN: {
    message: 'cannot explain: {reason}',
    why: '{why}.',
    next: ['{remedy}'],
    exitCode: 2,
  },
  WORKLOAD: {
    message: 'the reference workload stopped: {reason}',
    why: 'The demo loads and drives its own database; this is not about yours.',
    next: ['run the demo again', 'run it with a smaller `--scale` when the disk is short'],
    exitCode: 2,
  },
  NOT_A_READER: {
    message: 'refusing to run a statement of a model as "{user}", which {power}',
    why: 'A read-only transaction does not hold such a role back; only what the role may do does.',
    next: [
      'make a reading role: `pgsteward role --print-sql`, and connect with it',
      'plans that run nothing are given with any role',
    ],
    exitCode: 2,
  },
  READ_QUERY: {
    message: 'PostgreSQL refused: {reason}',
    why: 'One SELECT, VALUES, WITH or TABLE is taken, in a read-only transaction of the reading role that is rolled back.',
    next: ['correct the statement', 'where a right is missing: grant SELECT to the role of pgsteward'],
    exitCode: 2,
  },
  NO_CACHE: {
    message: 'no Redis is configured for {target}',
    why: 'PostgreSQL does not know of the cache before it.',
    next: [
      'set cache.redis-url, for all targets or in [target.NAME]: redis://pgsteward:secret@cache.example.com:6379',
      'or say it once with --redis',
    ],
    exitCode: 2,
  },
  CANCELLED: {
    message: 'cancelled',
    why: 'The command was interrupted; nothing is left running.',
    next: ['run the command again'],
    exitCode: 3,
  },
});
