import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase, createRole, type TestDatabase } from '../../support/index.ts';
import { freePort } from '../../support/pgbouncer.ts';
import { ensureBuilt } from '../support/build.ts';
import { type CliResult, expectError, runCli } from '../support/cli.ts';

const PASSWORD = 'correct horse:battery/staple%';

let db: TestDatabase;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase();
}, 180_000);

afterAll(() => db.close());

/** Runs an audit that must be refused, with a secret in its URL. */
async function refused(change: (url: URL) => void, code: string): Promise<CliResult> {
  const url = new URL(db.url);
  const password = decodeURIComponent(url.password);
  change(url);
  const result = await runCli(['audit', url.href]);
  expectError(result, code);
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), password]) {
    expect(result.stderr).not.toContain(secret);
  }
  return result;
}

it('a wrong password', async () => {
  const result = await refused((url) => {
    url.password = encodeURIComponent(PASSWORD);
  }, 'POSTGRES.AUTHENTICATION_FAILED');
  expect(result.stderr).toContain('role --print-sql');
});

it('a missing password', async () => {
  await refused((url) => {
    url.password = '';
  }, 'POSTGRES.PASSWORD_MISSING');
});

it('a server that is not there', async () => {
  const port = await freePort();
  const result = await refused((url) => {
    url.port = String(port);
    url.password = encodeURIComponent(PASSWORD);
  }, 'POSTGRES.UNREACHABLE');
  expect(result.stderr).toContain(`:${port}`);
});

it('a host that does not exist', async () => {
  await refused((url) => {
    url.hostname = 'no-such-host.invalid';
  }, 'POSTGRES.HOST_NOT_FOUND');
});

it('a database that does not exist', async () => {
  const result = await refused((url) => {
    url.pathname = '/shop_prod';
  }, 'POSTGRES.DATABASE_NOT_FOUND');
  expect(result.stderr).toContain('"shop_prod"');
});

it('TLS demanded where there is none', async () => {
  await refused((url) => {
    url.searchParams.set('sslmode', 'require');
  }, 'POSTGRES.TLS_REFUSED');
});

it('a role that may not connect, or not any more', async () => {
  const role = await createRole(db, { attributes: 'connection limit 0' });
  expectError(await runCli(['doctor', role.url]), 'POSTGRES.TOO_MANY_CONNECTIONS');
  const stranger = await createRole(db);
  await db.query(`revoke connect on database ${db.name} from public`);
  expectError(await runCli(['queries', stranger.url]), 'POSTGRES.NO_CONNECT_PRIVILEGE');
});

it('something that is no PostgreSQL', async () => {
  const server = createHttpServer((_, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await refused((url) => {
      url.port = String(port);
    }, 'POSTGRES.NOT_POSTGRES');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

it('a URL that cannot be read is not repeated', async () => {
  const result = await runCli(['audit', `postgres://u:${encodeURIComponent(PASSWORD)}@host:port/d`]);
  expectError(result, 'POSTGRES.INVALID_URL');
  expect(result.stderr).not.toContain('battery');
});

it('statement statistics that are not there', async () => {
  const result = await runCli(['queries', db.url]);
  expectError(result, 'APP.STATEMENTS_UNAVAILABLE');
  expect(result.stderr).toContain('create extension');
});
