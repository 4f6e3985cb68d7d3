import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { L2Driver, L2Store, StoreEvent } from '../l2/types.ts';

/** One promise and how to see whether it is held. */
export interface ContractCase {
  /** Says what holds. */
  readonly name: string;
  /** Rejects with an AssertionError where it does not. */
  readonly run: () => Promise<void>;
}

/** The store of one case. */
export interface StoreUnderTest {
  readonly driver: L2Driver;
  /** Takes tags away as a server short of memory does; cases that need it are left out without it. */
  readonly evictTags?: (namespace: string, tags: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Prepares the store of one case. */
export type StoreSetup = () => Promise<StoreUnderTest>;

/** What the body of a case works with. */
export interface Bench {
  readonly namespace: string;
  /** Opens the store once more, as another process does, and waits until it serves. */
  open(namespace?: string): Promise<OpenStore>;
  readonly evictTags: StoreUnderTest['evictTags'];
}

/** An open store and all that it told. */
export interface OpenStore {
  readonly store: L2Store;
  readonly events: readonly StoreEvent[];
}

const READY_MS = 10_000;
const SOON_MS = 2_000;

/** A promise and the body of its case. */
export interface Promised {
  readonly name: string;
  readonly body: (bench: Bench) => Promise<void>;
}

/** Writes down a promise. */
export function holds(name: string, body: (bench: Bench) => Promise<void>): Promised {
  return { name, body };
}

/** Makes a case that closes what it opened. */
export function contractCase(setup: StoreSetup, { name, body }: Promised): ContractCase {
  return {
    name,
    async run() {
      const under = await setup();
      const opened: L2Store[] = [];
      const namespace = `contract-${randomUUID().slice(0, 8)}`;
      const open = async (own: string = namespace): Promise<OpenStore> => {
        const events: StoreEvent[] = [];
        const store = under.driver.open({
          namespace: own,
          tagTtlMs: 3_600_000,
          listener: (event) => events.push(event),
        });
        opened.push(store);
        await store.ready(READY_MS);
        return { store, events };
      };
      try {
        await body({ namespace, open, evictTags: under.evictTags });
      } finally {
        for (const store of opened) await store.close();
        await under.close();
      }
    },
  };
}

/** Waits until something is so; gives up after two seconds. */
export async function soon(isSo: () => boolean): Promise<boolean> {
  const endMs = performance.now() + SOON_MS;
  while (!isSo()) {
    if (performance.now() > endMs) return false;
    await sleep(5);
  }
  return true;
}

/** Bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

/** Keeps a value as one who loads does. */
export async function fillWith(
  store: L2Store,
  id: string,
  text: string,
  ttlMs: number = 60_000,
): Promise<boolean> {
  const token = randomUUID();
  await store.lease(id, token, 10_000);
  return store.fill(id, token, { bytes: bytesOf(text), ttlMs });
}

/** Reads a value as text; null where there is none. */
export async function textOf(store: L2Store, id: string): Promise<string | null> {
  const { bytes } = await store.read(id, []);
  return bytes === null ? null : Buffer.from(bytes).toString();
}
