import type { StoredRead } from '../l2/types.ts';
import type { RedisClient } from './client.ts';
import type { RedisKeys } from './keys.ts';
import type { RedisLink } from './link.ts';
import { INITIALISE, runScript } from './scripts.ts';

/** Reads of one turn of the event loop, sent as one command: what they have in common is asked once. */
export interface ReadBatch {
  read(id: string, tags: readonly string[]): Promise<StoredRead>;
}

/** What a batch needs. */
export interface BatchOptions {
  readonly client: RedisClient;
  readonly link: RedisLink;
  readonly keys: RedisKeys;
  readonly tagTtlMs: number;
}

interface Pending {
  readonly value: string;
  readonly tags: readonly string[];
  readonly resolve: (read: StoredRead) => void;
  readonly reject: (error: unknown) => void;
}

interface Version {
  readonly version: number;
  readonly lsn: bigint;
}

/** More would hold up other clients of the server while it answers. */
const READS_PER_COMMAND = 100;

/** Creates a batch. */
export function createReadBatch(options: BatchOptions): ReadBatch {
  const { keys } = options;
  let pending: Pending[] = [];
  const flush = (): void => {
    const all = pending;
    pending = [];
    for (let begin = 0; begin < all.length; begin += READS_PER_COMMAND) {
      const chunk = all.slice(begin, begin + READS_PER_COMMAND);
      readAll(options, chunk).catch((error: unknown) => {
        for (const { reject } of chunk) reject(error);
      });
    }
  };
  return {
    read: (id, tags) =>
      new Promise((resolve, reject) => {
        // Runs when every promise that is settled now has run on: those who read next are in.
        if (pending.length === 0) process.nextTick(flush);
        pending.push({
          value: keys.value(id),
          tags: [keys.namespace, ...tags.map((tag) => keys.tag(tag))],
          resolve,
          reject,
        });
      }),
  };
}

async function readAll(options: BatchOptions, chunk: readonly Pending[]): Promise<void> {
  const names = chunk.map(({ value }) => value);
  const places = new Map<string, number>();
  for (const { tags } of chunk) {
    for (const tag of tags) {
      // A name beyond the values, once for all who carry the tag.
      if (!places.has(tag)) places.set(tag, names.push(tag) - 1);
    }
  }
  const answers = await options.link.send(() => getAll(options.client, names));
  const known = await versionsOf(options, names, answers, chunk.length);
  for (const [index, { tags, resolve }] of chunk.entries()) {
    const versions: number[] = [];
    let lsn = 0n;
    for (const tag of tags) {
      const version = known[places.get(tag) ?? 0] ?? NONE;
      versions.push(version.version);
      if (version.lsn > lsn) lsn = version.lsn;
    }
    resolve({ bytes: answers[index] ?? null, versions, lsn });
  }
}

/** No command crosses slots in a cluster; the commands of one turn reach each node in one packet. */
function getAll(client: RedisClient, names: string[]): Promise<readonly (Buffer | null)[]> {
  // The client's own answers to these commands.
  if (!client.isCluster) return client.callBuffer('MGET', names) as Promise<(Buffer | null)[]>;
  return Promise.all(
    names.map((name) =>
      client.callBuffer('GET', [name]).catch((error: unknown) => {
        // Another's list or set: MGET calls it missing too.
        if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null;
        throw error;
      }),
    ),
  ) as Promise<(Buffer | null)[]>;
}

const NONE: Version = { version: 0, lsn: 0n };

/** Gives the versions of the tags, each at its place: those that nobody remembers begin anew. */
async function versionsOf(
  options: BatchOptions,
  names: readonly string[],
  answers: readonly (Buffer | null)[],
  firstTag: number,
): Promise<readonly (Version | null)[]> {
  const known: (Version | null)[] = [];
  const missing: number[] = [];
  for (let place = firstTag; place < names.length; place += 1) {
    const version = parseVersion(answers[place]?.toString('latin1') ?? '');
    known[place] = version;
    if (version === null) missing.push(place);
  }
  if (missing.length === 0) return known;
  await Promise.all(
    missing.map(async (place) => {
      known[place] = await initialise(options, names[place] ?? '');
    }),
  );
  return known;
}

/** Gives a tag that nobody remembers the time of the server. */
async function initialise({ client, link, keys, tagTtlMs }: BatchOptions, tag: string): Promise<Version> {
  const ttlMs = tag === keys.namespace ? 0 : tagTtlMs;
  const answer = await link.send(() => runScript(client, INITIALISE, [tag], [ttlMs]));
  return parseVersion(String(answer)) ?? NONE;
}

/** Reads `<version>` or `<version> <lsn>`; null where it is neither. */
function parseVersion(text: string): Version | null {
  const plain = Number(text);
  if (Number.isSafeInteger(plain) && plain > 0) return { version: plain, lsn: 0n };
  const [, version, lsn] = /^(\d{1,16}) (\d+)$/.exec(text) ?? [];
  return version === undefined || lsn === undefined ? null : { version: Number(version), lsn: BigInt(lsn) };
}
