import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../packages/agent/bin/pgsteward.js', import.meta.url));
const POLL_MS = 10;
const LIMIT_MS = 120_000;

/** How a run of the built command went. */
export interface AgentRun {
  readonly stdout: string;
  readonly exitCode: number;
  readonly wallMs: number;
  /** Largest resident set, in bytes (Linux), else 0. */
  readonly peakRssBytes: number;
}

/** Runs the built `pgsteward` as its user would, and watches its memory. */
export function runAgent(args: readonly string[]): Promise<AgentRun> {
  const startMs = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  let peakRssBytes = 0;
  const poll = setInterval(() => {
    peakRssBytes = Math.max(peakRssBytes, highWaterMark(child.pid));
  }, POLL_MS);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      clearTimeout(limit);
      const wallMs = performance.now() - startMs;
      resolve({ stdout: Buffer.concat(chunks).toString('utf8'), exitCode: code ?? 1, wallMs, peakRssBytes });
    });
  });
}

function highWaterMark(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
