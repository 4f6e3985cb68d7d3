import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { failure, type PgstewardError } from '../../kernel/index.ts';
import { ALERT_ERRORS } from '../errors.ts';
import { forbiddenKind, type HostAddress, type Resolve } from './addresses.ts';

/** Which addresses a channel may connect to. */
export interface Guard {
  readonly resolve: Resolve;
  /** Whether link-local and metadata addresses are allowed too. */
  readonly allowsLinkLocal: boolean;
}

/**
 * Opens a connection to an address that was checked; the signal ends the attempt, not the connection.
 * @throws ALERT.ADDRESS_REFUSED when one of the host's addresses is forbidden
 */
export async function connectGuarded(
  { host, port, signal }: { readonly host: string; readonly port: number; readonly signal: AbortSignal },
  guard: Guard,
): Promise<Socket> {
  const refused = refusedHost(host, guard);
  if (refused !== null) throw refused;
  const socket = connect({ host: bareHost(host), port, lookup: guardedLookup(guard) });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * Gives the look-up of a socket: it resolves a host once and checks every address, so that what is connected to is
 * what was checked. A socket does not look up a host that is an address already: such a host is checked by
 * {@link refusedHost}.
 */
export function guardedLookup(guard: Guard): LookupFunction {
  return (host, options, callback) => {
    resolveChecked(host, guard).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true)
          callback(
            null,
            addresses.map((one) => ({ ...one })),
          );
        else callback(null, first?.address ?? '', first?.family ?? 4);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, '', 4),
    );
  };
}

/** Gives the refusal of a host that is an address already; null when it is a name or allowed. */
export function refusedHost(host: string, guard: Guard): PgstewardError | null {
  const address = bareHost(host);
  const family = isIP(address);
  return family === 0 ? null : refusal(host, [{ address, family }], guard);
}

async function resolveChecked(host: string, guard: Guard): Promise<readonly HostAddress[]> {
  const addresses = await guard.resolve(host);
  const refused = refusal(host, addresses, guard);
  if (refused !== null) throw refused;
  return addresses;
}

/** Without the brackets in which an address of IPv6 stands in a URL. */
function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function refusal(host: string, addresses: readonly HostAddress[], guard: Guard): PgstewardError | null {
  if (guard.allowsLinkLocal) return null;
  for (const { address } of addresses) {
    const kind = forbiddenKind(address);
    if (kind !== null) return failure(ALERT_ERRORS.ADDRESS_REFUSED, { host, kind });
  }
  return null;
}
