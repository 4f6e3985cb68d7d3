import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../../packages/agent/src/app/index.ts';
import type { QueriesView, QueryView } from '../../../packages/agent/src/app/views/types.ts';
import { systemClock } from '../../../packages/agent/src/kernel/index.ts';
import { startHttpServer } from '../../../packages/agent/src/surfaces/http/index.ts';
import { findBarriers, openPage, startBrowser } from '../../support/browser.ts';
import { clientFor, createDatabase, startTestServer, type TestDatabase } from '../../support/index.ts';
import { type Dashboard, PAGES, quickSettings, startDashboard, TARGET } from './start-dashboard.ts';

/** Slow statements come with their plans into a log that can be read. */
const LOGGED: Readonly<Record<string, string>> = {
  shared_preload_libraries: 'pg_stat_statements,auto_explain',
  'auto_explain.log_min_duration': '2ms',
  'auto_explain.log_format': 'json',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  logging_collector: 'on',
  log_destination: 'jsonlog',
};

/** Its estimate is far off, it goes to disk, and one side of it never runs. */
const HEAVY = `
select o.note, p.id, case when o.id < 0 then (select max(q.note) from orders q where q.id > o.id) end
from orders o join orders p on (p.id + 0) % 50 = (o.id + 0) % 50
where o.id + 0 < 100 order by repeat(o.note, 5), p.id`;

const SCREENS: readonly (readonly [string, string])[] = [
  ['load', 'Average active sessions'],
  ['queries', 'select count(*) from orders'],
  ['sessions', 'checkout'],
  ['tables', 'public.orders'],
  ['indexes', 'public.orders_pkey'],
  ['activity', 'Transactions'],
  ['connections', 'Sessions by state'],
  ['replication', 'Checkpoints'],
  ['storage', 'Size of the database'],
  ['findings', 'Objectives'],
  ['actions', 'Waiting for a decision'],
  ['ledger', 'each as it was written'],
  ['alerts', 'Channels'],
  ['agent', 'metrics go to http://127.0.0.1:9/'],
];

/** Rules that a colour or a width can break; the others have been seen to hold by then. */
const LOOK_RULES = ['color-contrast', 'scrollable-region-focusable', 'target-size'];

const LOOKS = [
  { width: 1_280, colorScheme: 'light', rules: undefined },
  { width: 1_280, colorScheme: 'dark', rules: LOOK_RULES },
  { width: 390, colorScheme: 'dark', rules: LOOK_RULES },
  { width: 390, colorScheme: 'light', rules: LOOK_RULES },
] as const;

/** Looks for barriers and for what sticks out: light and dark, on a desk and on a phone. */
async function expectUsable(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  for (const { width, colorScheme, rules } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    expect(await findBarriers(page, rules), `${width} ${colorScheme}`).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${width} ${colorScheme}`).toBeLessThanOrEqual(0);
  }
}

/** A target with a server of its own, two applications that use it, and the daemon that watches it. */
interface Shop {
  readonly dashboard: Dashboard;
  readonly target: TestDatabase;
  /** Session of an application. */
  readonly checkout: ReturnType<typeof clientFor>;
  close(): Promise<void>;
}

async function startShop(): Promise<Shop> {
  const server = await startTestServer({ settings: LOGGED });
  const home = await createDatabase();
  const target = await createDatabase(18, {
    serverUrl: server.connectionUrl(),
    extensions: ['pg_stat_statements'],
  });
  await target.query('create table orders (id int primary key, note text)');
  await target.query(
    `insert into orders select g, '<img src=x onerror=alert(1)>' from generate_series(1, 5000) g`,
  );
  const checkout = clientFor(target.url);
  await checkout.connect();
  await checkout.query(`set application_name = 'checkout'; set work_mem = '64kB'`);
  const urls = { target: target.url, store: home.url };
  // Nothing listens there: the page of the agent says so.
  const dashboard = await startDashboard(urls, { 'otlp.endpoint': 'http://127.0.0.1:9' });
  const untilMs = Date.now() + 14_000;
  while (Date.now() < untilMs) {
    await checkout.query('select count(*) from orders, generate_series(1, 40)');
    await target.query('select count(*) from orders');
    await checkout.query(HEAVY);
    await sleep(50);
  }
  return {
    dashboard,
    target,
    checkout,
    async close() {
      await dashboard.close();
      await checkout.end();
      await target.close();
      await server.close();
      await home.close();
    },
  };
}

/** Looks at the page of the heavy statement, wide and narrow. */
async function lookAtExecutions(browser: Browser, url: string): Promise<void> {
  for (const look of [
    { width: 1_280, scheme: 'light' },
    { width: 390, scheme: 'dark' },
  ] as const) {
    const { page, complaints, close } = await openPage(browser, look);
    await page.goto(url);
    await page.getByRole('heading', { name: 'Executions' }).waitFor();
    for (const text of ['of its own', 'overestimated', 'blocks hit', 'spilled to disk', 'never executed']) {
      expect(await page.getByText(text).first().isVisible(), text).toBe(true);
    }
    expect(await page.getByText('the slowest').count()).toBe(1);
    const callers = page.getByRole('table', { name: 'Active sessions by application' });
    expect(await callers.getByText('checkout').count()).toBe(1);
    await page.getByRole('slider', { name: /Average active sessions/ }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await findBarriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await close();
  }
}

/** Marks a stretch of the load by the keyboard alone, and lets go of it. */
async function markByKeyboard(browser: Browser, url: string): Promise<void> {
  const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
  await page.goto(url);
  const chart = page.getByRole('slider', { name: /Average active sessions\. / });
  await chart.focus();
  const spoken = () => chart.getAttribute('aria-valuetext');
  const before = await spoken();
  await page.keyboard.press('Home');
  await expect.poll(spoken).not.toBe(before);
  expect(await spoken()).toMatch(/: .*CPU \d/);
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'show only this' }).waitFor();
  await page.getByText('as a table').first().click();
  await page.getByRole('columnheader', { name: 'CPU' }).waitFor();
  await expectUsable(page);
  await page.getByRole('button', { name: 'clear' }).click();
  await page.getByText('Mark a stretch').waitFor();
  expect(complaints).toEqual([]);
  await close();
}

/** Looks at the tables while one of them is being vacuumed. */
async function lookAtVacuum(browser: Browser, target: TestDatabase, url: string): Promise<void> {
  await target.query('create table logged (id int, note text)');
  await target.query(`insert into logged select g, repeat('x', 200) from generate_series(1, 60000) g`);
  const vacuum = clientFor(target.url);
  await vacuum.connect();
  await vacuum.query('set vacuum_cost_delay = 100; set vacuum_cost_limit = 1');
  const running = vacuum.query('vacuum (disable_page_skipping) logged').catch((error: unknown) => error);
  const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
  await page.goto(url);
  const row = page.getByRole('row').filter({ hasText: 'scanning heap' });
  await row.getByText('public.logged').waitFor();
  await row.getByRole('meter').waitFor();
  await page.getByText('of the way to a forced freeze').first().waitFor();
  expect(complaints).toEqual([]);
  await close();
  await target.query(
    `select pg_cancel_backend(pid) from pg_stat_progress_vacuum where relid = 'logged'::regclass`,
  );
  expect(String(await running)).toContain('canceling');
  await vacuum.end();
}

describe.sequential('the dashboard in a browser', () => {
  let shop: Shop;
  let dashboard: Dashboard;
  let target: TestDatabase;
  let browser: Browser;

  beforeAll(async () => {
    shop = await startShop();
    ({ dashboard, target } = shop);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  it.each(SCREENS)('shows %s with what was read, free of barriers and errors', async (screen, text) => {
    const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
    await page.goto(`${dashboard.url}/t/${TARGET}/${screen}?range=15m`);
    await page.getByText(text, { exact: false }).first().waitFor();
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });

  it('shows all targets and one statement, free of barriers and errors', async () => {
    const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
    await page.goto(dashboard.url);
    await page.getByText('active sessions on average').waitFor();
    await expectUsable(page);
    await page.goto(`${dashboard.url}/t/${TARGET}/queries?range=15m`);
    await page.getByRole('link', { name: 'select count(*) from orders' }).first().click();
    await page.getByRole('slider', { name: /^Time per call/ }).waitFor();
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });

  it('shows by the keyboard what the mouse shows: the cursor, a marked stretch, the values as a table', async () => {
    await markByKeyboard(browser, `${dashboard.url}/t/${TARGET}/load?range=15m`);
  });

  it('shows a vacuum that runs, and how far it has come', async () => {
    await lookAtVacuum(browser, target, `${dashboard.url}/t/${TARGET}/tables?range=15m`);
  });

  it('leads from the targets to the load, and from a marked stretch to its statements', async () => {
    const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
    await page.goto(dashboard.url);
    await page.getByRole('link', { name: 'shop' }).click();
    const chart = page.getByRole('slider', { name: /Average active sessions\. / });
    await chart.waitFor();
    expect(await chart.getAttribute('aria-label')).toContain('CPU');
    const box = await chart.boundingBox();
    if (box === null) throw new Error('the chart has no place');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 20, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'show only this' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('from')).not.toBeNull();
    await page
      .getByRole('link', { name: /generate_series/ })
      .first()
      .click();
    await page.getByRole('slider', { name: /^Time per call/ }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/t\/shop\/query\//);
    expect(complaints).toEqual([]);
    await close();
  });

  it('shows the executions of a statement as they ran, who calls it and what it waits for', {
    timeout: 120_000,
  }, async () => {
    const api = `${dashboard.url}/api/targets/${TARGET}/queries`;
    const read = async <T>(path: string): Promise<T> => (await fetch(`${api}${path}`)).json() as Promise<T>;
    let fingerprint = '';
    const isComplete = async (): Promise<boolean> => {
      await shop.checkout.query(HEAVY);
      const { rows } = await read<QueriesView>('?range=15m&search=repeat');
      fingerprint = rows[0]?.fingerprint ?? '';
      const view = await read<QueryView>(`/${fingerprint}?range=15m`);
      return view.executions?.length > 0 && view.load !== null;
    };
    await expect.poll(isComplete, { timeout: 40_000 }).toBe(true);
    await lookAtExecutions(browser, `${dashboard.url}/t/${TARGET}/query/${fingerprint}?range=15m`);
  });

  it('marks what changed on the charts', async () => {
    const response = await fetch(`${dashboard.url}/api/targets/shop/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-pgsteward': '1' },
      body: JSON.stringify({ kind: 'deploy', subject: 'v42', text: '<b>new checkout</b>' }),
    });
    expect(response.status).toBe(201);
    await sleep(2_500);
    const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
    await page.goto(`${dashboard.url}/t/shop/activity?range=15m`);
    await page.getByText('<b>new checkout</b>').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it('takes no request that a stranger’s page could have made', async () => {
    const forged = await fetch(`${dashboard.url}/api/targets/shop/events`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"subject":"x"}',
    });
    expect(forged.status).toBe(403);
  });
});

describe('access to the dashboard', () => {
  it('asks for a token, tells viewers from operators, and slows guessing down', async () => {
    const home = await createDatabase();
    const target = await createDatabase();
    const dashboard = await startDashboard(
      { target: target.url, store: home.url },
      { 'http.viewer-token': 'look', 'http.operator-token': 'act' },
    );
    const browser = await startBrowser();
    const { call } = dashboard;
    const event = { method: 'POST', body: JSON.stringify({ subject: 'v1' }) };
    try {
      expect((await call('/fleet')).status).toBe(401);
      const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
      expect((await call('/fleet', bearer('look'))).status).toBe(200);
      expect((await call('/targets/shop/events', { ...event, ...bearer('look') })).status).toBe(403);
      expect((await call('/targets/shop/events', { ...event, ...bearer('act') })).status).toBe(201);
      expect((await call('/fleet', bearer('wrong'))).status).toBe(401);

      const { page, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
      await page.goto(dashboard.url);
      await page.getByLabel('Token').fill('look');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'shop' }).waitFor();
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
      await close();

      const guess = () => call('/sign-in', { method: 'POST', body: JSON.stringify({ token: 'guess' }) });
      const statuses: number[] = [];
      for (let tries = 0; tries < 7; tries += 1) statuses.push((await guess()).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
      const log = (await (await call('/access-log', bearer('act'))).json()) as { action: string }[];
      expect(log.map(({ action }) => action)).toEqual(
        expect.arrayContaining(['sign-in', 'sign-in-refused', 'event']),
      );
    } finally {
      await browser.close();
      await dashboard.close();
      await target.close();
      await home.close();
    }
  });

  it('listens for others only with a rule who may come in', async () => {
    const service = {
      settings: quickSettings({ 'http.host': '0.0.0.0' }),
      clock: systemClock,
    } as unknown as Service;
    await expect(startHttpServer(service, { pages: PAGES })).rejects.toMatchObject({
      code: 'HTTP.NO_ACCESS_RULE',
    });
  });
});
