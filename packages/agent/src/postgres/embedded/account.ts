import { readFileSync } from 'node:fs';
import { failure } from '../../kernel/index.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import type { ServerAccount } from './types.ts';

/**
 * Accounts to run the server under when the agent is root, in order. `postgres` comes last: where it exists
 * it owns another server's data, which this server's superuser would then be able to reach.
 */
const CANDIDATES = ['pgsteward', 'nobody', 'postgres'] as const;

/**
 * Chooses the account that a server runs under.
 * @returns null when the agent's own account will do
 * @throws EMBEDDED.NO_ACCOUNT when the agent is root and the machine has no unprivileged account
 */
export function serverAccount(): ServerAccount | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n').map(parseAccount);
  for (const name of CANDIDATES) {
    const account = accounts.find((candidate) => candidate?.name === name);
    if (account !== undefined && account !== null && account.uid !== 0) return account;
  }
  throw failure(EMBEDDED_ERRORS.NO_ACCOUNT, { accounts: CANDIDATES.join(', ') });
}

function parseAccount(line: string): ServerAccount | null {
  const [name, , uid, gid] = line.split(':');
  if (name === undefined || uid === undefined || gid === undefined) return null;
  return { name, uid: Number(uid), gid: Number(gid) };
}
