import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { nodeWithTypes } from '../../support/node-with-types.ts';

/** A running agent process and the server it started. */
export interface Agent {
  readonly process: ChildProcess;
  /** Process id of its server. */
  readonly serverPid: number;
  readonly url: string;
}

/** Starts `agent-process.ts` and waits for its server; the test's end kills what is left. */
export async function startAgent(directory: string, manner: 'stay' | 'leave' = 'stay'): Promise<Agent> {
  const script = join(import.meta.dirname, 'agent-process.ts');
  const child = spawn(nodeWithTypes(), [script, directory, manner], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { pid, url } = JSON.parse(line) as { readonly pid: number; readonly url: string };
  return { process: child, serverPid: pid, url };
}

/** Whether a process runs; one that ended and whose parent has not yet looked does not. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until a process is gone, at most five seconds. */
export async function goneSoon(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 500 && exists(pid); attempt += 1) await sleep(10);
  return !exists(pid);
}
