import { DatabaseError } from 'pg';
import { type ErrorDefinition, failure, PgstewardError } from '../kernel/index.ts';
import { POSTGRES_ERRORS } from './errors.ts';
import type { ConnectionTarget } from './target.ts';

/** Tells whether the server answered that it does not speak TLS, or did not understand the question. */
export function isTlsRefusal(error: unknown): boolean {
  return hasMessage(error, 'does not support SSL connections') || isTlsNonsense(error);
}

/** A server answers the request for TLS with one of two letters; whatever sends another is none. */
function isTlsNonsense(error: unknown): boolean {
  return hasMessage(error, 'error establishing an SSL connection');
}

function hasMessage(error: unknown, text: string): boolean {
  return error instanceof Error && error.message.includes(text);
}

/** Turns whatever the driver reports while connecting into the catalogue's error. */
export function translateConnectError(
  error: unknown,
  target: ConnectionTarget,
  timeoutMs: number,
): PgstewardError {
  if (error instanceof PgstewardError) return error;
  const row = classify(error);
  const values = {
    address: target.address,
    user: target.user,
    database: target.database,
    sslmode: target.sslMode,
    seconds: timeoutMs / 1000,
    reason: reasonOf(error),
    sqlstate: (error as { code?: string }).code ?? 'none',
  };
  return failure(row, values, error);
}

function classify(error: unknown): ErrorDefinition {
  if (error instanceof DatabaseError) return classifySqlState(error);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const message = error instanceof Error ? error.message : '';
  if (isTlsNonsense(error)) return POSTGRES_ERRORS.NOT_POSTGRES;
  if (isTlsRefusal(error)) return POSTGRES_ERRORS.TLS_REFUSED;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) return POSTGRES_ERRORS.TLS_UNTRUSTED;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return POSTGRES_ERRORS.HOST_NOT_FOUND;
  if (code === 'ETIMEDOUT' || /timeout expired|timed out/i.test(message))
    return POSTGRES_ERRORS.CONNECT_TIMEOUT;
  if (/ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ENOENT|EACCES/.test(code)) return POSTGRES_ERRORS.UNREACHABLE;
  if (/password must be a (non-empty )?string/i.test(message)) return POSTGRES_ERRORS.PASSWORD_MISSING;
  if (/error response|invalid message|parse|unexpected|terminated|ECONNRESET/i.test(message + code)) {
    return POSTGRES_ERRORS.NOT_POSTGRES;
  }
  return POSTGRES_ERRORS.CONNECT_FAILED;
}

/** @source PostgreSQL docs appendix A "PostgreSQL Error Codes" */
function classifySqlState(error: DatabaseError): ErrorDefinition {
  switch (error.code) {
    case '28P01':
      return POSTGRES_ERRORS.AUTHENTICATION_FAILED;
    case '28000':
      return /does not exist|not permitted/.test(error.message)
        ? POSTGRES_ERRORS.AUTHENTICATION_FAILED
        : POSTGRES_ERRORS.NOT_ADMITTED;
    case '3D000':
      return POSTGRES_ERRORS.DATABASE_NOT_FOUND;
    case '42501':
      return POSTGRES_ERRORS.NO_CONNECT_PRIVILEGE;
    case '53300':
      return POSTGRES_ERRORS.TOO_MANY_CONNECTIONS;
    case '57P03':
      return /shutting down/.test(error.message)
        ? POSTGRES_ERRORS.SHUTTING_DOWN
        : POSTGRES_ERRORS.STARTING_UP;
    case '57P01':
    case '57P02':
      return POSTGRES_ERRORS.SHUTTING_DOWN;
    case '08P01':
    case '08006':
      return POSTGRES_ERRORS.POOLER_REFUSED;
    default:
      return POSTGRES_ERRORS.CONNECT_FAILED;
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? message;
}
