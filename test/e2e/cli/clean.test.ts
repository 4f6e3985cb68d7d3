import {
  applyAsTuned,
  createMarketResearch,
  recommendedServerSettings,
  runWorkload,
} from '@pgsteward/market-research';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditReport, auditSchema } from '../../../packages/agent/src/report/index.ts';
import { runOnce, startTestServer, type TestServer } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { runCli } from '../support/cli.ts';

/** A server that its owner takes care of. */
const WELL_KEPT = {
  ...recommendedServerSettings['as-tuned'],
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  autovacuum_naptime: '1min',
  wal_level: 'replica',
  shared_buffers: '256MB',
  random_page_cost: '1.1',
  effective_io_concurrency: '200',
  idle_in_transaction_session_timeout: '5min',
  log_checkpoints: 'on',
};

let server: TestServer;
let url: string;

beforeAll(async () => {
  await ensureBuilt();
  server = await startTestServer({ settings: WELL_KEPT });
  url = server.connectionUrl('shop');
  await runOnce(server.connectionUrl(), 'create database shop');
  await runOnce(url, 'create extension pg_stat_statements');
}, 180_000);

afterAll(() => server.close());

async function alarms(): Promise<readonly string[]> {
  const result = await runCli(['audit', url, '--json', '--quiet']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const report: AuditReport = auditSchema.parse(JSON.parse(result.stdout));
  return report.findings
    .filter((finding) => finding.severity !== 'info')
    .map(({ id, title, evidence }) => `${id}: ${title} ${JSON.stringify(evidence)}`);
}

describe('no false alarm', () => {
  it('on an empty database', async () => {
    expect(await alarms()).toEqual([]);
  });

  it('on a well-built database with data and load', async () => {
    await createMarketResearch({ url, scale: 0.02, state: 'as-found' });
    await applyAsTuned(url);
    await runOnce(url, 'vacuum analyze');
    // What was slow before the repair stays in the statistics of statements, and is not the state that is judged.
    await runOnce(url, 'select pg_stat_statements_reset()');
    await runOnce(url, 'select pg_stat_reset()');
    await runWorkload({ url, sessions: 2, ratePerSecond: 50, durationMs: 4_000 });
    await runOnce(url, 'vacuum analyze');
    expect(await alarms()).toEqual([]);
  }, 120_000);
});
