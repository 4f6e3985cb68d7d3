import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFor, createDatabase, type TestDatabase } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { expectError, runCli, until } from '../support/cli.ts';

const PROGRAM = join(import.meta.dirname, '../../../packages/agent/bin/pgsteward.js');

let db: TestDatabase;
let blocker: Client;
let waiter: Client;
let failure: Promise<string>;

beforeAll(async () => {
  await ensureBuilt();
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  await db.query('create table t (a int)');
  blocker = clientFor(db.url);
  waiter = clientFor(db.url);
  await blocker.connect();
  await waiter.connect();
  await blocker.query(`set application_name = 'price-import'`);
  await waiter.query(`set application_name = 'checkout'`);
  await blocker.query('begin');
  await blocker.query('lock table t');
  failure = waiter.query('select count(*) from t').then(
    () => 'no error',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}, 180_000);

afterAll(async () => {
  await blocker.end();
  await waiter.end();
  await db.close();
});

/** Runs `top` in a terminal of its own, which `script` of util-linux makes. */
function startInTerminal(): {
  readonly child: ChildProcess;
  readonly seen: () => string;
  press(keys: string): void;
} {
  const command = `stty rows 30 cols 140; exec '${process.execPath}' '${PROGRAM}' top '${db.url}' --interval 500ms`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm' },
  });
  let seen = '';
  child.stdout?.on('data', (part: Buffer) => {
    seen += part.toString('utf8');
  });
  return { child, seen: () => seen, press: (keys) => child.stdin?.write(keys) };
}

describe('top', () => {
  it('prints one look where there is no terminal', async () => {
    const text = await runCli(['top', db.url]);
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toContain('price-import');
    expect(text.stdout).toMatch(/└ \d+ .*checkout active, waits/);
    const json = await runCli(['top', db.url, '--json']);
    const data = JSON.parse(json.stdout) as {
      readonly schema: string;
      readonly maxConnections: number;
      readonly sessions: readonly { readonly application: string; readonly blockedBy: readonly number[] }[];
    };
    expect(data).toMatchObject({ schema: 'pgsteward/top@1', maxConnections: expect.any(Number) });
    expect(data.maxConnections).toBeGreaterThan(0);
    expect(data.sessions.find(({ application }) => application === 'checkout')?.blockedBy).toHaveLength(1);
  });

  it('refuses a pace that is none', async () => {
    expectError(await runCli(['top', db.url, '--interval', 'fast']), 'APP.USAGE');
  });

  it('shows, filters and cancels in a terminal, and gives it back', async () => {
    const { child, seen, press } = startInTerminal();
    await until(async () => seen().includes('checkout'), 30_000);
    expect(seen()).toContain('\u001b[?1049h');
    press('/checkout\r');
    await until(async () => seen().includes('filter: checkout'), 10_000);
    press('c');
    await until(async () => seen().includes('cancel the statement of'), 10_000);
    press('y');
    await until(async () => seen().includes('cancelled the statement of'), 10_000);
    expect(await failure).toContain('canceling statement due to user request');
    press('q');
    await once(child, 'exit');
    expect(seen()).toContain('\u001b[?1049l');
  });
});
