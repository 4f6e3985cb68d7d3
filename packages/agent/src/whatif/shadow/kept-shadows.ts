import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drift } from '../mirror/read-drift.ts';
import type { ShadowContent } from './open-shadow.ts';
import { type PlaceOptions, privateDirectory, shadowsDirectory } from './shadow-place.ts';

/** A shadow that an earlier command left, now in a directory of this process alone. */
export interface KeptShadow {
  readonly directory: string;
  readonly content: ShadowContent;
  /** How the target stood when it was read. */
  readonly drift: Drift;
}

/** Raised when a shadow of an earlier release could not be used any more. */
const FORMAT = 3;

const STATE_FILE = 'shadow.json';

/** Statistics hold values of rows. */
const PRIVATE = 0o600;

type Options = Pick<PlaceOptions, 'clock' | 'stateDirectory'> & {
  readonly maximumAgeMs: number;
  /** How many may stay. */
  readonly count: number;
};

/**
 * Takes the kept shadow of a target. Taking and leaving are renames of a directory, which one process at a time wins: what is in use,
 * or was left by a process that was killed, nobody else finds.
 * @returns null when there is none, it is in use, or it is too old
 */
export async function takeKept(drift: Drift, options: Options): Promise<KeptShadow | null> {
  await removeOld(options);
  const directory = privateDirectory(options);
  if (!(await moved(homeOf(drift, options), directory))) return null;
  try {
    const state = JSON.parse(await readFile(join(directory, STATE_FILE), 'utf8')) as Stored;
    const ageMs = options.clock.now().getTime() - Date.parse(state.content.mirror.takenAt);
    if (ageMs <= options.maximumAgeMs) {
      const realBlocks = new Map(state.content.realBlocks);
      return { directory, content: { ...state.content, realBlocks }, drift: state.drift };
    }
  } catch {
    // It was cut short, or is not ours.
  }
  await rm(directory, { recursive: true, force: true });
  return null;
}

interface Stored {
  readonly content: Omit<ShadowContent, 'realBlocks'> & {
    readonly realBlocks: readonly (readonly [string, number])[];
  };
  readonly drift: Drift;
}

/** Leaves a shadow whose server is stopped for the next command; the last of two processes wins. */
export async function leaveKept({ directory, content, drift }: KeptShadow, options: Options): Promise<void> {
  const { mirror, gaps, realBlocks } = content;
  const stored: Stored = { content: { mirror, gaps, realBlocks: [...realBlocks] }, drift };
  await writeFile(join(directory, STATE_FILE), JSON.stringify(stored), { mode: PRIVATE });
  const home = homeOf(drift, options);
  await mkdir(keptDirectory(options), { recursive: true, mode: 0o711 });
  await discard(home, options);
  if (!(await moved(directory, home))) await rm(directory, { recursive: true, force: true });
  await removeOld(options);
}

function keptDirectory(options: Options): string {
  return join(shadowsDirectory(options), 'kept');
}

/** Targets are told apart by cluster, database and role; a copy of a cluster by what it looks like. */
function homeOf({ systemIdentifier, database, user, version }: Drift, options: Options): string {
  const key = JSON.stringify([FORMAT, systemIdentifier, database, user, version]);
  return join(keptDirectory(options), createHash('sha256').update(key).digest('hex').slice(0, 32));
}

/** Removes those that nobody used for too long, and the longest unused of too many. */
async function removeOld(options: Options): Promise<void> {
  const home = keptDirectory(options);
  const found: { readonly directory: string; readonly ageMs: number }[] = [];
  for (const name of await readdir(home).catch(() => [])) {
    const directory = join(home, name);
    const left = await stat(join(directory, STATE_FILE)).catch(() => null);
    found.push({ directory, ageMs: options.clock.now().getTime() - (left?.mtimeMs ?? 0) });
  }
  found.sort((one, other) => one.ageMs - other.ageMs);
  const old = found.filter(({ ageMs }, index) => ageMs > options.maximumAgeMs || index >= options.count);
  for (const { directory } of old) await discard(directory, options);
}

async function discard(directory: string, options: Options): Promise<void> {
  const aside = privateDirectory(options);
  if (await moved(directory, aside)) await rm(aside, { recursive: true, force: true });
}

function moved(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  );
}
