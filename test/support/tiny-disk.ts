import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk that is soon full. */
export interface TinyDisk extends AsyncDisposable {
  /** Empty directory. */
  readonly directory: string;
}

/** Mounts a disk of so many megabytes. @returns null where this account may not mount */
export function mountTinyDisk(megabytes: number): TinyDisk | null {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-test-disk-'));
  const isMounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory], { stdio: 'ignore' })
      .status === 0;
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  if (!isMounted) {
    remove();
    return null;
  }
  return {
    directory,
    [Symbol.asyncDispose]() {
      spawnSync('umount', ['-l', directory], { stdio: 'ignore' });
      remove();
      return Promise.resolve();
    },
  };
}
