import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, settingDefinitions, startService } from '../../../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parsePooler, parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { resolveSettings } from '../../../packages/agent/src/settings/index.ts';
import { type HttpServer, startHttpServer } from '../../../packages/agent/src/surfaces/http/index.ts';
import { findBarriers, openPage, startBrowser } from '../../support/browser.ts';
import { clientFor, createDatabase, serverUrl, type TestDatabase } from '../../support/index.ts';
import { type Pooler, startPgBouncer } from '../../support/pgbouncer.ts';
import { ensureBuilt } from '../support/build.ts';

const PAGES = join(import.meta.dirname, '../../../packages/agent/pages');

const SETTINGS = {
  'watch.sessions-every-ms': 100,
  'watch.counters-every-ms': 1_000,
  'watch.budget-ratio': 1,
  'http.port': 0,
  'alert.evaluation-ms': 1_000,
  'alert.pool-clients-waiting.for-ms': 0,
  'alert.pool-clients-waiting.threshold-warning-ms': 200,
  'alert.pool-saturated.for-ms': 0,
  'alert.pooler-down.for-ms': 0,
  'alert.keep-firing-ms': 0,
};

const HOSTILE = '<img src=x onerror=alert(1)> "pools"';

/** Asks over and over until the test is over. */
async function ask(url: string, until: Promise<void>): Promise<void> {
  const client = clientFor(url);
  client.on('error', () => undefined);
  await client.connect();
  let isOver = false;
  void until.then(() => {
    isOver = true;
  });
  while (!isOver) await client.query('select pg_sleep(0.2)').catch(() => sleep(100));
  await client.end().catch(() => undefined);
}

function start(parts: {
  readonly target: TestDatabase;
  readonly plain: TestDatabase;
  readonly home: TestDatabase;
  readonly pooler: Pooler;
}): Promise<Service> {
  const { target, plain, home, pooler } = parts;
  const given = Object.entries({ ...SETTINGS, 'store.url': home.url });
  const flags = new Map(given.map(([key, value]) => [key, { option: `--set ${key}`, value }]));
  return startService({
    targets: [unwrap(parseTarget(target.url, {}, 'shop')), unwrap(parseTarget(plain.url, {}, 'plain'))],
    poolersOf: (name) => (name === 'shop' ? [unwrap(parsePooler(pooler.consoleUrl, {}))] : []),
    settings: unwrap(resolveSettings(settingDefinitions, { flags })),
    environment: {},
    version: '0.0.0',
    clock: systemClock,
    onProgress: silentProgress,
    log: () => undefined,
    signal: new AbortController().signal,
  });
}

/** Tells whether an alert of the target fires. */
async function isFiring(http: HttpServer, name: string): Promise<boolean> {
  const response = await fetch(`${http.url}/api/targets/shop/alerts`);
  const { alerts } = (await response.json()) as { alerts: { name: string; status: string }[] };
  return alerts.some((alert) => alert.name === name && alert.status === 'firing');
}

describe.sequential('the pools of PgBouncer', () => {
  let target: TestDatabase;
  let hostile: TestDatabase;
  let plain: TestDatabase;
  let home: TestDatabase;
  let pooler: Pooler;
  let service: Service;
  let http: HttpServer;
  let browser: Browser;
  let stop: () => void = () => undefined;
  let load: Promise<unknown>;

  beforeAll(async () => {
    await ensureBuilt();
    home = await createDatabase();
    plain = await createDatabase();
    target = await createDatabase();
    hostile = await createDatabase(18, { name: HOSTILE });
    const user = new URL(serverUrl(18)).username;
    pooler = await startPgBouncer(serverUrl(18), {
      mode: 'transaction',
      poolSize: 2,
      settings: { stats_users: user },
    });
    service = await start({ target, plain, home, pooler });
    http = await startHttpServer(service, { pages: PAGES });
    browser = await startBrowser();
    const over = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const urls = [...Array.from({ length: 8 }, () => target.url), hostile.url];
    load = Promise.all(urls.map((url) => ask(pooler.through(url), over)));
    await sleep(8_000);
  }, 180_000);

  afterAll(async () => {
    stop();
    await load;
    await browser.close();
    await http.close();
    await service.close();
    await pooler.close();
    await target.close();
    await hostile.close();
    await plain.close();
    await home.close();
  });

  it.each([
    [1_280, 'light'],
    [1_280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)(
    'stand on the screen of connections, %i pixels wide and %s',
    async (width, scheme) => {
      const { page, complaints, close } = await openPage(browser, { width, scheme });
      await page.goto(`${http.url}/t/shop/connections?range=15m`);
      await page.getByText('wait/transaction').waitFor();
      await page.getByText('Longest wait for a server').first().waitFor();
      await page.waitForLoadState('networkidle');
      expect(await page.getByRole('cell', { name: target.name }).count()).toBe(1);
      expect(await page.getByRole('cell', { name: HOSTILE }).count()).toBe(1);
      const empty = () => page.getByText('nothing was recorded').count();
      await expect.poll(empty, { timeout: 20_000 }).toBe(0);
      expect(await page.getByText('PgBouncer', { exact: true }).count()).toBe(1);
      expect(await findBarriers(page)).toEqual([]);
      expect(complaints).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
      const cells = page.getByRole('row', { name: target.name }).getByRole('cell');
      // Its size, and its transactions.
      expect(await cells.nth(7).textContent()).toBe('2');
      await expect.poll(() => cells.nth(8).textContent(), { timeout: 20_000 }).toMatch(/\d\/s$/);
      const { PGSTEWARD_SCREENSHOTS: shots } = process.env;
      if (shots !== undefined)
        await page.screenshot({ path: join(shots, `pools-${width}-${scheme}.png`), fullPage: true });
      await close();
    },
    120_000,
  );

  it('are hinted at where nobody named a pooler', async () => {
    const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
    await page.goto(`${http.url}/t/plain/connections?range=15m`);
    await page.getByText('--pgbouncer').waitFor();
    expect(await page.getByText('wait/transaction').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it('are given to Prometheus in the names of pgbouncer_exporter', async () => {
    const text = await (await fetch(`${http.url}/metrics`)).text();
    const pool = `target="shop",pooler="127.0.0.1:${pooler.port}",database="${target.name}"`;
    expect(text).toContain(`pgbouncer_up{target="shop",pooler="127.0.0.1:${pooler.port}"} 1`);
    expect(text).toContain(`pgbouncer_pools_server_active_connections{${pool},user="postgres"} 2`);
    expect(text).toContain(`pgbouncer_stats_totals_sql_transactions_pooled_total{${pool}} `);
    expect(text).toContain('database="<img src=x onerror=alert(1)> \\"pools\\""');
    expect(text).not.toContain('pgbouncer_up{target="plain"');
    const lint = spawnSync('/usr/bin/promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(lint.stdout + lint.stderr).toBe('');
  });

  it('alert when clients wait, when a pool is used up, and when the pooler is gone', async () => {
    await expect.poll(() => isFiring(http, 'pool-clients-waiting'), { timeout: 20_000 }).toBe(true);
    await expect.poll(() => isFiring(http, 'pool-saturated'), { timeout: 20_000 }).toBe(true);
    await pooler.stop();
    await expect.poll(() => isFiring(http, 'pooler-down'), { timeout: 30_000 }).toBe(true);
    const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
    await page.goto(`${http.url}/t/shop/connections?range=15m`);
    await page.getByText(`nothing answers at 127.0.0.1:${pooler.port}`).first().waitFor();
    await page.goto(`${http.url}/t/shop/agent?range=15m`);
    await page.getByText(`nothing answers at 127.0.0.1:${pooler.port}`).first().waitFor();
    expect(complaints).toEqual([]);
    await close();
    await pooler.start();
    await expect.poll(() => isFiring(http, 'pooler-down'), { timeout: 60_000 }).toBe(false);
  }, 120_000);
});
