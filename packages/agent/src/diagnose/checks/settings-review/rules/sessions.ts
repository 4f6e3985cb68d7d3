import { formatCount } from '../../../../kernel/index.ts';
import { numberOf, type Rule, textOf } from '../rule.ts';

const LOCAL_ADDRESSES = new Set(['', 'localhost', '127.0.0.1', '::1']);

const idleInTransaction: Rule = (input) => {
  if (numberOf(input, 'idle_in_transaction_session_timeout') !== 0) return null;
  return {
    severity: 'info',
    name: 'idle_in_transaction_session_timeout',
    title:
      'idle_in_transaction_session_timeout is off: a client that forgets a transaction holds its locks and stops vacuum for good',
    evidence: { idleInTransactionSessionTimeoutMs: 0 },
    remedy: "alter system set idle_in_transaction_session_timeout = '10min'; select pg_reload_conf()",
    source: 'PostgreSQL docs 19.11.1 "Statement Behavior"',
    decidedBy: 'ignore',
  };
};

const manyConnections: Rule = (input) => {
  const { values, server, sessions } = input;
  const connections = numberOf(input, 'max_connections');
  if (connections === null || connections <= values.maximumConnections || server.pooler !== 'none')
    return null;
  const clients = sessions?.filter((session) => session.backendType === 'client backend').length ?? null;
  return {
    severity: 'info',
    name: 'max_connections',
    title: `max_connections is ${formatCount(connections)}, and this session came through no pooler`,
    evidence: { maxConnectionsCount: connections, clientSessionsCount: clients },
    remedy: 'put a pooler in transaction mode before the server and keep sessions to a few per processor',
    source: 'PostgreSQL docs 19.3.1 "Connection Settings"; pgtune',
    decidedBy: 'maximumConnections',
  };
};

const weakPasswords: Rule = (input) => {
  if (textOf(input, 'password_encryption') !== 'md5') return null;
  return {
    severity: 'warning',
    name: 'password_encryption',
    title:
      'password_encryption is md5: the stored hash is itself enough to log in, and PostgreSQL 18 deprecates it',
    evidence: { value: 'md5' },
    remedy:
      "alter system set password_encryption = 'scram-sha-256'; select pg_reload_conf(); then let every role set its password anew",
    source: 'PostgreSQL docs 20.5 "Password Authentication"',
    decidedBy: 'ignore',
  };
};

const plainConnections: Rule = (input) => {
  const addresses = textOf(input, 'listen_addresses');
  if (textOf(input, 'ssl') !== 'off' || addresses === null) return null;
  const isRemote = addresses.split(',').some((address) => !LOCAL_ADDRESSES.has(address.trim()));
  if (!isRemote) return null;
  return {
    severity: 'info',
    name: 'ssl',
    title: 'ssl is off while the server listens to other machines: rows and statements travel readable',
    evidence: { listenAddresses: addresses.slice(0, 200) },
    remedy:
      'give the server a certificate and set ssl = on (a reload is enough), then demand it in pg_hba.conf (hostssl)',
    source: 'PostgreSQL docs 18.9 "Secure TCP/IP Connections with SSL"',
    decidedBy: 'ignore',
  };
};

/** Rules of how clients connect and what they may hold. */
export const sessionRules: readonly Rule[] = [
  idleInTransaction,
  manyConnections,
  weakPasswords,
  plainConnections,
];
