import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Processes that begin together. */
export interface Together {
  /** A script of bench/peers: it says `ready`, waits for a line, and prints one line of JSON. */
  readonly script: string;
  /** Which of them it is comes after these. */
  readonly args: readonly string[];
  readonly count: number;
  /** No bench waits longer. */
  readonly timeoutMs: number;
}

/** Runs processes of the same script at the same time. @returns what each of them printed */
export async function runTogether<T>({ script, args, count, timeoutMs }: Together): Promise<readonly T[]> {
  const file = fileURLToPath(new URL(`../../peers/${script}`, import.meta.url));
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(timeoutMs)]);
  const children = Array.from({ length: count }, (_, index) => {
    const child = spawn(process.execPath, [file, ...args, String(index)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.once('exit', (code) => {
      if (code !== 0) ended.abort(new Error(`${script} ended with ${code}`));
    });
    return { child, lines: createInterface(child.stdout) };
  });
  const nextLines = (): Promise<readonly [string][]> =>
    Promise.all(children.map(({ lines }) => once(lines, 'line', { signal }) as Promise<[string]>));
  try {
    await nextLines();
    const reports = nextLines();
    for (const { child } of children) child.stdin.write('go\n');
    return (await reports).map(([line]) => JSON.parse(line) as T);
  } finally {
    for (const { child } of children) child.kill('SIGKILL');
  }
}
