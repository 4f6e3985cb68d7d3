import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedBinaries, startEmbedded } from '../../packages/agent/src/postgres/embedded/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const run = promisify(execFile);

const REPOSITORY = join(import.meta.dirname, '..', '..');
const CACHE = join(REPOSITORY, 'node_modules', '.cache', 'pgsteward-templates');
const CLUSTER_SOURCE = join(REPOSITORY, 'packages', 'agent', 'src', 'postgres', 'embedded', 'cluster.ts');

/**
 * Fills an empty directory with a fresh cluster, a copy of one that an earlier run set up: initdb takes a
 * second or two of processor time, a copy a tenth of that.
 */
export async function copyTemplate(binaries: EmbeddedBinaries, directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const template = join(CACHE, templateName(binaries));
  if (!existsSync(template)) await makeTemplate(binaries, template);
  // Keeps the owners, which `fs.cp` does not.
  await run('cp', ['-Rp', join(template, 'data'), join(template, 'password'), directory]);
}

/** Another release, or another way of setting clusters up, is another template. */
function templateName(binaries: EmbeddedBinaries): string {
  const source = createHash('sha256').update(readFileSync(CLUSTER_SOURCE)).digest('hex').slice(0, 12);
  return `${binaries.packageVersion}-${process.getuid?.() ?? 0}-${source}`;
}

async function makeTemplate(binaries: EmbeddedBinaries, template: string): Promise<void> {
  const directory = await temporaryDirectory();
  await (await startEmbedded({ directory, binaries, isDurable: false })).stop();
  const draft = `${template}.${process.pid}`;
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await run('cp', ['-Rp', join(directory, 'data'), join(directory, 'password'), draft]);
  await rename(draft, template).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  });
  await rm(directory, { recursive: true, force: true });
}
