import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditSchema } from '../../../packages/agent/src/report/index.ts';
import { temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { type CliRun, ESCAPE, runCli, startCli, untilIn } from '../support/cli.ts';

const SIZE = ['--scale', '0.02', '--seconds', '2'];

beforeAll(ensureBuilt, 180_000);

async function stateDirectory(): Promise<string> {
  const state = join(await temporaryDirectory(), 'state');
  await mkdir(state, { mode: 0o711 });
  return state;
}

describe('demo', () => {
  it('finds faults of many kinds and leaves nothing', async () => {
    const state = await stateDirectory();
    const result = await runCli(['demo', ...SIZE, '--json'], { env: { PGSTEWARD_STATE_DIR: state } });
    expect(result.code, result.stderr).toBe(0);
    const report = auditSchema.parse(JSON.parse(result.stdout));
    const kinds = new Set(report.findings.map((finding) => finding.id));
    expect(kinds.size).toBeGreaterThanOrEqual(20);
    expect(report.findings.some((finding) => finding.severity === 'critical')).toBe(true);
    expect(report.proposals.length).toBeGreaterThan(5);
    expect(result.stderr).toContain('as the clients saw it');
    expect(result.stderr).toContain('pgsteward audit postgres://');
    expect((await readdir(state)).filter((name) => name.startsWith('demo-'))).toEqual([]);
  });

  it('kept and live stays up for other commands, keeps its data, and starts faster the second time', async () => {
    const env = { PGSTEWARD_STATE_DIR: await stateDirectory() };
    const first = await startCli(['demo', ...SIZE, '--keep'], { env });
    const url = await urlOf(first);
    const queries = await runCli(['queries', url, '--limit', '3']);
    expect(queries.code, queries.stderr).toBe(0);
    expect(queries.stdout).toContain('product');
    const twice = await runCli(['demo', ...SIZE, '--keep'], { env });
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('(EMBEDDED.DIRECTORY_IN_USE)');
    const firstEnd = await interrupt(first);
    expect(firstEnd.stdout).toContain('Findings');
    expect(firstEnd.stdout + firstEnd.stderr).not.toContain(ESCAPE);
    expect(await readdir(env.PGSTEWARD_STATE_DIR)).toContain('demo-scale-0.02');

    const startMs = performance.now();
    const second = await startCli(['demo', ...SIZE, '--keep'], { env });
    await urlOf(second);
    expect(performance.now() - startMs).toBeLessThan(30_000);
    const secondEnd = await interrupt(second);
    expect(secondEnd.stdout).toContain('Findings');
  });
});

async function urlOf(run: CliRun): Promise<string> {
  await untilIn(run, () => run.output().stderr.includes('pgsteward queries'), 60_000);
  const url = /postgres(ql)?:\/\/[^'\s]+/.exec(run.output().stderr)?.[0];
  expect(url).toBeDefined();
  return url ?? '';
}

async function interrupt(run: CliRun): Promise<{ readonly stdout: string; readonly stderr: string }> {
  run.child.kill('SIGINT');
  const result = await run.ended;
  expect(result.code, result.stderr).toBe(0);
  return result;
}
