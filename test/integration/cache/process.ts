import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { nodeWithTypes } from '../../support/node-with-types.ts';
import type { Order, Report } from './reader-process.ts';

/** Another process with a cache of its own. */
export interface Reader {
  readonly pid: number;
  /** Gives an order and waits for its report. */
  ask(order: Order): Promise<Report>;
  kill(): void;
}

/** Starts a process over a Redis; the test's end kills it. */
export async function startReader(url: string, options: { readonly skewMs?: number } = {}): Promise<Reader> {
  const script = join(import.meta.dirname, 'reader-process.ts');
  const child = spawn(nodeWithTypes(), ['--conditions=source', script, url, String(options.skewMs ?? 0)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  onTestFinished(kill);
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  return {
    pid: child.pid ?? 0,
    async ask(order) {
      const answer = once(lines, 'line');
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const [line] = (await answer) as [string];
      return JSON.parse(line) as Report;
    },
    kill,
  };
}
