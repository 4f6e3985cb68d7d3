import { defineErrors, type ErrorDefinition } from '../kernel/index.ts';

type Code =
  | 'NO_TARGET'
  | 'INVALID_URL'
  | 'UNKNOWN_TARGET'
  | 'UNREACHABLE'
  | 'HOST_NOT_FOUND'
  | 'CONNECT_TIMEOUT'
  | 'NOT_POSTGRES'
  | 'AUTHENTICATION_FAILED'
  | 'PASSWORD_MISSING'
  | 'NOT_ADMITTED'
  | 'DATABASE_NOT_FOUND'
  | 'NO_CONNECT_PRIVILEGE'
  | 'STARTING_UP'
  | 'SHUTTING_DOWN'
  | 'TOO_MANY_CONNECTIONS'
  | 'TLS_REFUSED'
  | 'TLS_UNTRUSTED'
  | 'POOLER_REFUSED'
  | 'SERVER_TOO_OLD'
  | 'CONNECTION_LOST'
  | 'CANCELLED'
  | 'CONNECT_FAILED';

/** Errors of finding, reaching and keeping a session with a target. */
export const POSTGRES_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('POSTGRES', {
  NO_TARGET: {
    message: 'no database was named',
    why: 'pgsteward looks for a URL on the command line, then --target NAME, then DATABASE_URL, then PGHOST/PGDATABASE.',
    next: [
      'run `pgsteward audit postgres://user@host/database`',
      'or set DATABASE_URL',
      'or run `pgsteward demo` to see it work on a built-in database',
    ],
    exitCode: 2,
  },
  INVALID_URL: {
    message: 'the connection URL cannot be read: {reason}',
    why: 'A connection URL has the form postgres://user@host:5432/database?sslmode=require; special characters in a part are percent-encoded.',
    next: [
      'correct the URL',
      'leave the password out and set PGPASSWORD or ~/.pgpass when it has special characters',
    ],
    exitCode: 2,
  },
  UNKNOWN_TARGET: {
    message: 'no target "{name}" in the configuration',
    why: 'Targets are the [target.NAME] tables of pgsteward.toml. Known: {known}.',
    next: ['add [target.{name}] with a url to pgsteward.toml', 'or give the URL on the command line'],
    exitCode: 2,
  },
  UNREACHABLE: {
    message: 'nothing answers at {address}',
    why: 'The connection was refused or the network has no route: the server is down, listens on another port or address, or a firewall is in between.',
    next: [
      'check host and port',
      'check listen_addresses and port on the server',
      'run `pg_isready -h HOST -p PORT`',
    ],
    exitCode: 2,
  },
  HOST_NOT_FOUND: {
    message: 'the host name of {address} cannot be resolved',
    why: 'DNS does not know the name, or it was misspelt.',
    next: ['check the spelling of the host', 'check DNS from this machine with `getent hosts HOST`'],
    exitCode: 2,
  },
  CONNECT_TIMEOUT: {
    message: 'no answer from {address} within {seconds} s',
    why: 'Packets are dropped on the way (firewall, security group, wrong address), or the server is overloaded.',
    next: [
      'check the address and the firewall',
      'raise postgres.connect-timeout-ms when the network is slow',
    ],
    exitCode: 2,
  },
  NOT_POSTGRES: {
    message: '{address} does not speak the PostgreSQL protocol',
    why: 'Something else listens on this port.',
    next: ['check the port: PostgreSQL uses 5432 and PgBouncer 6432 unless configured otherwise'],
    exitCode: 2,
  },
  AUTHENTICATION_FAILED: {
    message: 'the server at {address} refuses the password of "{user}"',
    why: 'The password is wrong, or the role does not exist: PostgreSQL does not say which.',
    next: ['check user and password', 'run `pgsteward role --print-sql` for a role made for pgsteward'],
    exitCode: 2,
  },
  PASSWORD_MISSING: {
    message: 'the server at {address} asks for the password of "{user}" and none was given',
    why: 'No password stands in the URL, in PGPASSWORD or in the password file.',
    next: ['set PGPASSWORD', 'or add a line to ~/.pgpass (mode 0600): host:port:database:user:password'],
    exitCode: 2,
  },
  NOT_ADMITTED: {
    message: 'the server at {address} does not admit "{user}" to "{database}" from here',
    why: 'No line of pg_hba.conf lets this user, database and address in ({reason}).',
    next: [
      'add a matching line to pg_hba.conf and reload',
      'try `?sslmode=require` when the server only takes TLS',
    ],
    exitCode: 2,
  },
  DATABASE_NOT_FOUND: {
    message: 'there is no database "{database}" at {address}',
    why: 'The name is misspelt, or the database lives on another server.',
    next: ['list the databases with `psql -l`', 'correct the last part of the URL'],
    exitCode: 2,
  },
  NO_CONNECT_PRIVILEGE: {
    message: '"{user}" may not connect to the database "{database}"',
    why: 'The role lacks the CONNECT privilege.',
    next: ['run `grant connect on database ... to ...` as the owner', 'see `pgsteward role --print-sql`'],
    exitCode: 2,
  },
  STARTING_UP: {
    message: 'the server at {address} is starting up',
    why: 'PostgreSQL accepts no session before recovery has reached a consistent state.',
    next: ['wait and try again', 'read the server log when it lasts'],
    exitCode: 2,
  },
  SHUTTING_DOWN: {
    message: 'the server at {address} is shutting down',
    why: 'An administrator or the service manager stops it.',
    next: ['try again when it is up'],
    exitCode: 2,
  },
  TOO_MANY_CONNECTIONS: {
    message: 'the server at {address} has no connection left',
    why: 'max_connections, a role limit or a database limit is reached: {reason}.',
    next: [
      'connect as a role that may use reserved connections (superuser, or pg_use_reserved_connections on 16+)',
      'find idle sessions in pg_stat_activity',
    ],
    exitCode: 2,
  },
  TLS_REFUSED: {
    message: 'the server at {address} does not offer TLS, and sslmode={sslmode} demands it',
    why: 'ssl is off on the server, or something in between strips it.',
    next: ['turn ssl on at the server', 'or use sslmode=disable on a network you trust'],
    exitCode: 2,
  },
  TLS_UNTRUSTED: {
    message: 'the certificate of {address} is not trusted: {reason}',
    why: 'sslmode={sslmode} checks the certificate against a certificate authority.',
    next: [
      'give the authority with `sslrootcert=FILE`',
      'or use sslmode=require to encrypt without checking',
    ],
    exitCode: 2,
  },
  POOLER_REFUSED: {
    message: 'the connection pooler at {address} refuses the session: {reason}',
    why: 'PgBouncer answers for the server: the database or user is not in its configuration, or it cannot reach the server itself.',
    next: [
      'check [databases] and auth_file of pgbouncer.ini',
      'add the user to stats_users where it asks for the admin console',
      'or connect to PostgreSQL directly',
    ],
    exitCode: 2,
  },
  SERVER_TOO_OLD: {
    message: 'PostgreSQL {version} at {address} is too old',
    why: 'pgsteward reads the statistics views of PostgreSQL 14 and newer; older majors are past their end of life.',
    next: ['upgrade the server; https://www.postgresql.org/support/versioning/ lists the supported majors'],
    exitCode: 2,
  },
  CONNECTION_LOST: {
    message: 'the connection to {address} was lost',
    why: 'The server restarted, the session was terminated, or the network failed: {reason}.',
    next: ['run the command again', 'read the server log when it happens again'],
    exitCode: 2,
  },
  CANCELLED: {
    message: 'cancelled',
    why: 'The command was interrupted; its statements on the server were cancelled.',
    next: [],
    exitCode: 3,
  },
  CONNECT_FAILED: {
    message: 'cannot open a session at {address}: {reason}',
    why: 'The server answered with an error that pgsteward does not know by name (SQLSTATE {sqlstate}).',
    next: ['look the SQLSTATE up in the PostgreSQL docs, appendix A'],
    exitCode: 2,
  },
});
