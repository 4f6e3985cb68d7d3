import { connect, createServer, type Server, type Socket } from 'node:net';

/** A wire between the agent and a server that can be made to fail as networks do. */
export interface Wire {
  readonly port: number;
  /** Gives a URL of the server, rewritten to go over this wire. */
  through(url: string): string;
  /** Stops forwarding without closing anything: no packet comes through, old connections and new ones alike. */
  blackhole(): void;
  /** Forwards again: what went into the blackhole was lost, and the connections with it. */
  restore(): void;
  /** Breaks every connection and leads new ones to another port. */
  leadTo(port: number): void;
  /** Breaks a connection right after the next packet of a client that holds this text has reached the server. */
  breakAfter(text: string): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Time in which a server takes a packet that is the last of its connection. */
const LAST_PACKET_MS = 300;

/** Starts a wire to a port on 127.0.0.1. */
export async function startWire(serverPort: number): Promise<Wire> {
  const wire = new LoopbackWire(serverPort);
  const port = await wire.listen();
  return {
    port,
    through: (url) => {
      const changed = new URL(url);
      changed.port = String(port);
      return changed.href;
    },
    blackhole: () => wire.blackhole(),
    restore: () => wire.restore(),
    leadTo: (next) => wire.leadTo(next),
    breakAfter: (text) => wire.breakAfter(text),
    close: () => wire.close(),
  };
}

class LoopbackWire {
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  #serverPort: number;
  #isBlack = false;
  #ambush: { readonly text: string; readonly sprung: () => void } | null = null;

  constructor(serverPort: number) {
    this.#serverPort = serverPort;
    this.#listener = createServer((client) => this.#join(client));
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#listener.listen(0, '127.0.0.1', () => {
        const address = this.#listener.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  blackhole(): void {
    this.#isBlack = true;
  }

  restore(): void {
    this.#isBlack = false;
    this.#breakAll();
  }

  leadTo(port: number): void {
    this.#serverPort = port;
    this.#breakAll();
  }

  breakAfter(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#ambush = { text, sprung: resolve };
    });
  }

  close(): Promise<void> {
    this.#breakAll();
    return new Promise((resolve) => this.#listener.close(() => resolve()));
  }

  #join(client: Socket): void {
    const pair = { client, server: connect(this.#serverPort, '127.0.0.1') };
    this.#pairs.add(pair);
    let isDeaf = false;
    client.on('data', (data) => {
      if (this.#isBlack || isDeaf) return;
      pair.server.write(data);
      if (this.#ambush === null || !data.includes(this.#ambush.text)) return;
      const { sprung } = this.#ambush;
      this.#ambush = null;
      isDeaf = true;
      setTimeout(() => {
        this.#break(pair);
        sprung();
      }, LAST_PACKET_MS);
    });
    pair.server.on('data', (data) => {
      if (!this.#isBlack && !isDeaf) client.write(data);
    });
    for (const socket of [client, pair.server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (!this.#isBlack) this.#break(pair);
      });
    }
  }

  #break(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }

  #breakAll(): void {
    for (const pair of this.#pairs) this.#break(pair);
  }
}
