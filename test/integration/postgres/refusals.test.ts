import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createDatabase,
  createRole,
  runOnce,
  startTestServer,
  type TestDatabase,
} from '../../support/index.ts';
import { freePort } from '../../support/pgbouncer.ts';
import { openTestSession } from '../../support/session.ts';
import { writeOwned } from '../../support/standby.ts';
import { PASSWORD, refusalOf } from './refusal.ts';

function changed(url: string, change: (url: URL) => void): string {
  const copy = new URL(url);
  change(copy);
  return copy.href;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Runs with a TCP server that treats each connection in its own way. */
async function withListener<T>(
  onSocket: (socket: Socket) => void,
  work: (port: number) => Promise<T>,
): Promise<T> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  try {
    return await work(await listen(server));
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});

afterAll(() => db.close());

it('with a wrong password', async () => {
  const error = await refusalOf(
    changed(db.url, (url) => {
      url.password = PASSWORD;
    }),
  );
  expect(error.code).toBe('POSTGRES.AUTHENTICATION_FAILED');
});

it('without a password', async () => {
  const error = await refusalOf(
    changed(db.url, (url) => {
      url.password = '';
    }),
  );
  expect(error.code).toBe('POSTGRES.PASSWORD_MISSING');
});

it('of a role that does not exist', async () => {
  const error = await refusalOf(
    changed(db.url, (url) => {
      url.username = 'nobody_here';
    }),
  );
  expect(error.code).toBe('POSTGRES.AUTHENTICATION_FAILED');
  expect(error.message).toContain('nobody_here');
});

it('of a role that may not log in', async () => {
  const role = await createRole(db);
  await db.query(`alter role ${role.name} nologin`);
  expect((await refusalOf(role.url)).code).toBe('POSTGRES.AUTHENTICATION_FAILED');
});

it('to a database that does not exist', async () => {
  const error = await refusalOf(
    changed(db.url, (url) => {
      url.pathname = '/no%20such%3Bdb%2F%3F%23%25';
    }),
  );
  expect(error).toMatchObject({
    code: 'POSTGRES.DATABASE_NOT_FOUND',
    message: expect.stringContaining('"no such;db/?#%"'),
  });
});

it('of a role without the CONNECT privilege', async () => {
  const role = await createRole(db);
  await db.query(`revoke connect on database ${db.name} from public`);
  expect((await refusalOf(role.url)).code).toBe('POSTGRES.NO_CONNECT_PRIVILEGE');
  await db.query(`grant connect on database ${db.name} to public`);
});

it('of a role that has no connection left', async () => {
  const role = await createRole(db, { attributes: 'connection limit 0' });
  expect((await refusalOf(role.url)).code).toBe('POSTGRES.TOO_MANY_CONNECTIONS');
});

it('to a database that takes no connections', async () => {
  const error = await refusalOf(
    changed(db.url, (url) => {
      url.pathname = '/template0';
    }),
  );
  expect(error.code).toBe('POSTGRES.CONNECT_FAILED');
  expect(error.message).toContain('not currently accepting connections');
});

it('to a port where nobody listens', async () => {
  const port = await freePort();
  const error = await refusalOf(`postgres://u:${PASSWORD}@127.0.0.1:${port}/db`);
  expect(error.code).toBe('POSTGRES.UNREACHABLE');
  expect(error.message).toContain(`127.0.0.1:${port}`);
  // `localhost` is often two addresses, which fail together as one AggregateError.
  const both = await refusalOf(`postgres://u:${PASSWORD}@localhost:${port}/db`);
  expect(both.code).toBe('POSTGRES.UNREACHABLE');
});

it('to a socket directory without a server', async () => {
  const error = await refusalOf(`postgres://u:${PASSWORD}@/db?host=/tmp/no-such-directory`);
  expect(error.code).toBe('POSTGRES.UNREACHABLE');
});

it('to a host that does not exist', async () => {
  const error = await refusalOf(`postgres://u:${PASSWORD}@no-such-host.invalid/db`);
  expect(error.code).toBe('POSTGRES.HOST_NOT_FOUND');
});

it('by a listener that accepts and never answers, within the time limit', async () => {
  await withListener(
    () => undefined,
    async (port) => {
      const startMs = performance.now();
      const error = await refusalOf(`postgres://u:${PASSWORD}@127.0.0.1:${port}/db`, 300);
      expect(error.code).toBe('POSTGRES.CONNECT_TIMEOUT');
      expect(error.message).toContain('0.3 s');
      expect(performance.now() - startMs).toBeLessThan(1_500);
    },
  );
});

it('by a listener that hangs up', async () => {
  await withListener(
    (socket) => socket.destroy(),
    async (port) => {
      const error = await refusalOf(`postgres://u:${PASSWORD}@127.0.0.1:${port}/db`);
      expect(error.code).toBe('POSTGRES.NOT_POSTGRES');
    },
  );
});

it.each(['disable', 'prefer', 'require'])('by a web server, sslmode=%s', async (sslMode) => {
  const server = createHttpServer((_, response) => response.end('hello'));
  const port = await listen(server);
  try {
    const url = `postgres://u:${PASSWORD}@127.0.0.1:${port}/db?sslmode=${sslMode}`;
    expect((await refusalOf(url, 1_000)).code).toBe('POSTGRES.NOT_POSTGRES');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

it.each([
  ['the database system is starting up', '57P03', 'POSTGRES.STARTING_UP'],
  ['the database system is not yet accepting connections', '57P03', 'POSTGRES.STARTING_UP'],
  ['the database system is in recovery mode', '57P03', 'POSTGRES.STARTING_UP'],
  ['the database system is shutting down', '57P03', 'POSTGRES.SHUTTING_DOWN'],
  ['sorry, too many clients already', '53300', 'POSTGRES.TOO_MANY_CONNECTIONS'],
  ['something never heard of', 'XX000', 'POSTGRES.CONNECT_FAILED'],
])('by a protocol responder that says "%s"', async (message, sqlstate, code) => {
  await withListener(
    (socket) => socket.on('data', () => socket.end(errorResponse(message, sqlstate))),
    async (port) => {
      const url = `postgres://u:${PASSWORD}@127.0.0.1:${port}/db?sslmode=disable`;
      expect((await refusalOf(url)).code).toBe(code);
    },
  );
});

it('by a server that demands TLS which it has not, or a certificate that it cannot show', async () => {
  const error = await refusalOf(`${db.url}?sslmode=require`);
  expect(error.code).toBe('POSTGRES.TLS_REFUSED');
  expect(error.message).toContain('sslmode=require');
  expect((await refusalOf(`${db.url}?sslmode=verify-full`)).code).toBe('POSTGRES.TLS_REFUSED');
});

/** A protocol message E as a server sends it. */
function errorResponse(message: string, sqlstate: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlstate}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

it('a standby that has not reached a consistent state is starting up', async () => {
  const server = await startTestServer();
  try {
    await runOnce(server.connectionUrl(), 'alter system set hot_standby = off');
    await writeOwned(server.dataDirectory, 'standby.signal', '');
    const restarted = server.restart().catch(() => undefined);
    let code = '';
    for (let attempt = 0; attempt < 60 && code !== 'POSTGRES.STARTING_UP'; attempt += 1) {
      code = await openTestSession(server.connectionUrl()).then(
        (session) => session.close().then(() => 'opened'),
        (error: unknown) => String((error as { code?: string }).code),
      );
      await sleep(50);
    }
    expect(code).toBe('POSTGRES.STARTING_UP');
    void restarted;
  } finally {
    await server.close();
  }
});

it('a server older than PostgreSQL 14 is too old', async () => {
  // No such server is at hand: a relay on the way turns the version that the real one tells into 13.
  const { port: serverPort } = new URL(db.url);
  const [row] = await db.query<{ readonly now: string }>(
    `select current_setting('server_version_num') as now`,
  );
  const now = row?.now ?? '';
  await withListener(
    (socket) => {
      const upstream = connect(Number(serverPort), '127.0.0.1');
      upstream.on('error', () => socket.destroy());
      upstream.on('close', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      socket.pipe(upstream);
      upstream.on('data', (data) => {
        socket.write(Buffer.from(data.toString('latin1').replace(now, '130011'), 'latin1'));
      });
    },
    async (port) => {
      const url = changed(db.url, (copy) => {
        copy.port = String(port);
        copy.search = '?sslmode=disable';
      });
      const error = await refusalOf(url);
      expect(error.code).toBe('POSTGRES.SERVER_TOO_OLD');
    },
  );
});

it('a database of any name opens', async () => {
  for (const name of ['a;b/c?d#e%f&g h', 'Größe "x" \'y\'', 'é'.repeat(31), '%41', 'a\\b']) {
    const own = await createDatabase(18, { name });
    const session = await openTestSession(own.url);
    expect(session.capabilities.database).toBe(name);
    await session.close();
    await own.close();
  }
});
