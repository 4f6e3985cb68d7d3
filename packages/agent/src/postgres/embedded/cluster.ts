import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../kernel/index.ts';
import { programPath } from './binaries.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import { serverEnvironment } from './processes.ts';
import type { EmbeddedBinaries, ServerAccount } from './types.ts';

/** Role that initdb creates. */
export const SUPERUSER = 'postgres';

/** Where to set a cluster up, and for whom. */
export interface ClusterPlace {
  readonly directory: string;
  readonly binaries: EmbeddedBinaries;
  readonly account: ServerAccount | null;
  readonly isDurable: boolean;
  /** Whether pages carry checksums; by default those of durable data do, others as initdb pleases. */
  readonly hasChecksums?: boolean | undefined;
}

/**
 * Makes sure that `directory/data` holds a cluster of the right major version, setting one up at first use.
 * initdb works in a draft that is renamed at the end: one that was cut short is thrown away.
 * @returns the superuser's password, kept in a private file beside the data
 * @throws EMBEDDED.OTHER_MAJOR, EMBEDDED.INITDB_FAILED
 */
export async function ensureCluster(place: ClusterPlace): Promise<string> {
  const data = join(place.directory, 'data');
  const passwordFile = join(place.directory, 'password');
  const found = await readVersion(data, place);
  if (found === null) {
    const password = await ensurePassword(passwordFile);
    await createCluster(place, data, password);
    return password;
  }
  if (found !== place.binaries.major) {
    const { directory, binaries } = place;
    throw failure(EMBEDDED_ERRORS.OTHER_MAJOR, { directory, found, major: binaries.major });
  }
  return readFile(passwordFile, 'utf8');
}

async function readVersion(data: string, place: ClusterPlace): Promise<number | null> {
  try {
    return Number.parseInt(await readFile(join(data, 'PG_VERSION'), 'utf8'), 10);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw failure(
      EMBEDDED_ERRORS.DIRECTORY_UNUSABLE,
      { directory: place.directory, reason: `${message}; did another account make it` },
      cause,
    );
  }
}

async function ensurePassword(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== '') return known;
  const password = randomBytes(24).toString('base64url');
  const handle = await open(file, 'w', 0o600);
  await handle.writeFile(password);
  await handle.sync();
  await handle.close();
  return password;
}

async function createCluster(place: ClusterPlace, data: string, password: string): Promise<void> {
  const draft = `${data}.draft`;
  const passwordFile = join(place.directory, 'initdb-password');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (place.account !== null) {
    await chown(draft, place.account.uid, place.account.gid);
    await chown(passwordFile, place.account.uid, place.account.gid);
  }
  try {
    await initialise(place, draft, passwordFile);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, data);
  if (place.isDurable) await syncDirectory(place.directory);
}

/** C.UTF-8 sorts by code point and knows letters; where the system lacks it, C does all but the letters. */
async function initialise(place: ClusterPlace, draft: string, passwordFile: string): Promise<void> {
  let log = '';
  for (const locale of ['C.UTF-8', 'C']) {
    const run = await runInitdb(place, [
      `--pgdata=${draft}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      `--locale=${locale}`,
      ...(place.binaries.major >= 17 ? ['--locale-provider=builtin', `--builtin-locale=${locale}`] : []),
      ...(place.isDurable ? [] : ['--no-sync']),
      ...checksumWords(place),
    ]);
    if (run.exitCode === 0) return;
    log = run.output;
    if (!/locale/i.test(log)) break;
  }
  await rm(draft, { recursive: true, force: true });
  throw failure(EMBEDDED_ERRORS.INITDB_FAILED, { directory: place.directory, log: lastLines(log) });
}

/** PostgreSQL 18 makes checksums unless told not to. */
function checksumWords({ hasChecksums, isDurable, binaries }: ClusterPlace): readonly string[] {
  if (hasChecksums ?? isDurable) return ['--data-checksums'];
  return hasChecksums === false && binaries.major >= 18 ? ['--no-data-checksums'] : [];
}

function runInitdb(
  place: ClusterPlace,
  words: readonly string[],
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(programPath(place.binaries, 'initdb'), [...words], {
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(place.account === null ? {} : { uid: place.account.uid, gid: place.account.gid }),
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => resolve({ exitCode: null, output: error.message }));
    child.on('close', (exitCode) => resolve({ exitCode, output: Buffer.concat(chunks).toString() }));
  });
}

/** Gives the last ten lines of a log, for an error message. */
export function lastLines(log: string): string {
  return log.trim().split('\n').slice(-10).join('\n');
}

/** Makes the rename survive a power cut; Windows cannot open directories and needs no such step. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  await handle.sync();
  await handle.close();
}
