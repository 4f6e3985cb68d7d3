import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import {
  CERTIFICATE_FILE,
  enableTls,
  runOnce,
  startTestServer,
  type TestServer,
} from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';
import { writeOwned } from '../../support/standby.ts';
import { refusalOf } from './refusal.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await enableTls(server);
});

afterAll(() => server.close());

async function isEncrypted(url: string): Promise<boolean> {
  const session = await openTestSession(url);
  try {
    const rows = await session.read({
      id: 'test/tls',
      sql: 'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
      timeoutMs: 1_000,
    });
    return rows[0]?.['ssl'] === true;
  } finally {
    await session.close();
  }
}

it.each([
  ['disable', false],
  ['allow', false],
  ['prefer', true],
  ['require', true],
])('a server with TLS takes sslmode=%s, encrypted: %s', async (sslMode, expected) => {
  expect(await isEncrypted(`${server.connectionUrl()}?sslmode=${sslMode}`)).toBe(expected);
});

it('a server with TLS is trusted with its certificate authority given', async () => {
  const root = encodeURIComponent(CERTIFICATE_FILE);
  for (const sslMode of ['verify-ca', 'verify-full', 'require']) {
    const url = `${server.connectionUrl()}?sslmode=${sslMode}&sslrootcert=${root}`;
    expect(await isEncrypted(url), sslMode).toBe(true);
  }
});

it('a server with TLS is not trusted by verify-full without it', async () => {
  const error = await refusalOf(`${server.connectionUrl()}?sslmode=verify-full`);
  expect(error.code).toBe('POSTGRES.TLS_UNTRUSTED');
  expect(error.next.join()).toContain('sslrootcert');
});

it('takes the certificate authority from PGSSLROOTCERT, without which verify-ca is refused', () => {
  const url = 'postgres://u@h/d?sslmode=verify-ca';
  const refused = parseTarget(url, {});
  expect(refused).toMatchObject({ ok: false, error: { message: expect.stringContaining('sslrootcert') } });
  expect(unwrap(parseTarget(url, { PGSSLROOTCERT: CERTIFICATE_FILE })).config.ssl).toMatchObject({
    ca: expect.stringContaining('BEGIN CERTIFICATE'),
  });
});

it('a server with TLS says so when the file of the certificate authority does not exist', () => {
  const result = parseTarget('postgres://u@h/d?sslmode=verify-full&sslrootcert=/nowhere/ca.pem', {});
  expect(result).toMatchObject({ ok: false, error: { code: 'POSTGRES.INVALID_URL' } });
});

it('a server with TLS that takes nothing else refuses plain connections and lets allow and prefer in', async () => {
  const open = await startTestServer();
  try {
    await enableTls(open, { isRequired: true });
    expect((await refusalOf(`${open.connectionUrl()}?sslmode=disable`)).code).toBe('POSTGRES.NOT_ADMITTED');
    expect(await isEncrypted(`${open.connectionUrl()}?sslmode=allow`)).toBe(true);
    expect(await isEncrypted(`${open.connectionUrl()}?sslmode=prefer`)).toBe(true);
  } finally {
    await open.close();
  }
});

it('a server with TLS that takes plain connections only lets prefer fall back', async () => {
  const plain = await startTestServer();
  try {
    await enableTls(plain);
    await writeOwned(plain.dataDirectory, 'pg_hba.conf', 'hostnossl all all 127.0.0.1/32 scram-sha-256\n');
    await runOnce(plain.connectionUrl(), 'select pg_reload_conf()');
    await sleep(200);
    expect(await isEncrypted(`${plain.connectionUrl()}?sslmode=prefer`)).toBe(false);
    expect((await refusalOf(`${plain.connectionUrl()}?sslmode=require`)).code).toBe('POSTGRES.NOT_ADMITTED');
  } finally {
    await plain.close();
  }
});
