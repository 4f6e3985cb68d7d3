import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostAddress } from './addresses.ts';
import { connectGuarded, type Guard, guardedLookup, refusedHost } from './guard.ts';

const guardOf = (answers: Readonly<Record<string, readonly HostAddress[]>>): Guard => ({
  resolve: async (host) => answers[host] ?? [],
  allowsLinkLocal: false,
});
const LOOPBACK = { address: '127.0.0.1', family: 4 };
const METADATA = { address: '169.254.169.254', family: 4 };
const guard = guardOf({
  'receiver.example': [LOOPBACK],
  'rebound.example': [METADATA],
  'mixed.example': [LOOPBACK, METADATA],
  'six.example': [{ address: 'fe80::1', family: 6 }],
});

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer((socket) => socket.on('error', () => socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const reach = (host: string, given: Guard = guard) =>
  connectGuarded({ host, port, signal: AbortSignal.timeout(5_000) }, given);

describe('a guarded connection', () => {
  it('goes to the address that was looked up, whatever the name leads to elsewhere', async () => {
    const socket = await reach('receiver.example');
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  it.each(['rebound.example', 'mixed.example', 'six.example', '169.254.169.254', '[::ffff:a9fe:a9fe]'])(
    'is refused to a link-local address: %s',
    async (host) => {
      await expect(reach(host)).rejects.toMatchObject({ code: 'ALERT.ADDRESS_REFUSED' });
    },
  );

  it('is given up in time', async () => {
    const never: Guard = { ...guard, resolve: () => new Promise(() => undefined) };
    const attempt = connectGuarded({ host: 'slow.example', port, signal: AbortSignal.timeout(50) }, never);
    await expect(attempt).rejects.toThrow('aborted');
  });

  it('says which host is refused, and what its owner can do', async () => {
    await expect(reach('rebound.example')).rejects.toMatchObject({
      message: 'refused to connect to rebound.example',
      next: expect.arrayContaining([expect.stringContaining('allow-link-local = true')]),
    });
  });

  it('is allowed where the owner says so', () => {
    const open: Guard = { ...guard, allowsLinkLocal: true };
    expect(refusedHost('169.254.169.254', open)).toBeNull();
    expect(refusedHost('169.254.169.254', guard)).toMatchObject({ code: 'ALERT.ADDRESS_REFUSED' });
  });
});

describe('the look-up of a socket', () => {
  it('looks up once for one connection: a second answer comes too late', async () => {
    let count = 0;
    const rebinding: Guard = {
      resolve: async () => {
        count += 1;
        return [count === 1 ? LOOPBACK : METADATA];
      },
      allowsLinkLocal: false,
    };
    const socket = connect({ host: 'receiver.example', port, lookup: guardedLookup(rebinding) });
    await once(socket, 'connect');
    expect([socket.remoteAddress, count]).toEqual(['127.0.0.1', 1]);
    socket.destroy();
  });

  it('gives one address to who asks for one', async () => {
    const answer = await new Promise((resolve) => {
      guardedLookup(guard)('receiver.example', { all: false }, (...given) => resolve(given));
    });
    expect(answer).toEqual([null, '127.0.0.1', 4]);
  });
});
