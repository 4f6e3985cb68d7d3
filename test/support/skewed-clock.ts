import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The wall clock of one program, which can be set wrong while it runs; its monotonic clock stays right. */
export interface SkewedClock {
  /** What the program is to be started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets how far the clock is ahead; negative for behind. */
  set(skewMs: number): Promise<void>;
}

/**
 * Makes clocks in a directory that is the caller's to remove.
 * @returns null where no C compiler is: nothing can be skewed there
 */
export async function createClocks(
  directory: string,
): Promise<((name: string, skewMs?: number) => Promise<SkewedClock>) | null> {
  const library = join(directory, 'skewed-clock.so');
  const source = join(import.meta.dirname, 'skewed-clock.c');
  try {
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-O1', '-o', library, source]);
  } catch {
    return null;
  }
  return async (name, skewMs = 0) => {
    const file = join(directory, `${name}.skew`);
    const set = async (toMs: number): Promise<void> => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(toMs) * 1_000n);
      // In place: the program has the file mapped.
      await writeFile(file, bytes, { flag: existsSync(file) ? 'r+' : 'w' });
    };
    await set(skewMs);
    return { environment: { LD_PRELOAD: library, SKEW_FILE: file }, set };
  };
}
