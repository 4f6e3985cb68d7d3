import { createConnection } from 'node:net';
import type { Client } from 'pg';
import type { ConnectionTarget } from './target.ts';

const CANCEL_REQUEST_CODE = 80_877_102;
const CANCEL_REQUEST_BYTES = 16;
const CANCEL_TIMEOUT_MS = 1_000;

/**
 * Asks the server to cancel what a connection is running. Sent in the clear even for a TLS session, which
 * servers accept: it holds only the session's one-time cancel key. Resolves when the server took it; never rejects.
 * @source PostgreSQL docs 53.2.8 "Canceling Requests in Progress"
 */
export function sendCancelRequest(client: Client, target: ConnectionTarget): Promise<void> {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const host = target.config.host ?? 'localhost';
  const port = target.config.port ?? 5432;
  const packet = Buffer.alloc(CANCEL_REQUEST_BYTES);
  packet.writeInt32BE(CANCEL_REQUEST_BYTES, 0);
  packet.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  packet.writeInt32BE(processID, 8);
  packet.writeInt32BE(secretKey, 12);
  return new Promise((resolve) => {
    const socket = host.startsWith('/')
      ? createConnection(`${host}/.s.PGSQL.${port}`)
      : createConnection(port, host);
    const timer = setTimeout(() => socket.destroy(), CANCEL_TIMEOUT_MS);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    // The server hangs up when it has passed the request on; PgBouncer drops it when the client hangs up first.
    socket.on('connect', () => socket.write(packet));
    socket.resume();
  });
}
