import { expect } from 'vitest';
import { PgstewardError, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { openSession, parseTarget } from '../../../packages/agent/src/postgres/index.ts';

/** A password that no error may show. */
export const PASSWORD = 'correct-horse-battery-staple';

/** Opens a session that must be refused; checks the manners of every refusal and gives its error. */
export async function refusalOf(url: string, connectTimeoutMs = 5_000): Promise<PgstewardError> {
  const target = unwrap(parseTarget(url, {}));
  const outcome = await openSession(target, { connectTimeoutMs, lockTimeoutMs: 200 }).then(
    async (session) => {
      await session.close();
      return 'opened';
    },
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(PgstewardError);
  const error = outcome as PgstewardError;
  const shown = [error.message, error.why, ...error.next].join('\n');
  expect(shown).not.toContain(PASSWORD);
  const password = URL.canParse(url) ? new URL(url).password : '';
  if (password !== '') expect(shown).not.toContain(decodeURIComponent(password));
  expect(shown).not.toMatch(/\{\w+\}/);
  expect(error.message.split('\n')).toHaveLength(1);
  expect(error.next.length).toBeGreaterThan(0);
  expect(error.exitCode).toBe(2);
  return error;
}
