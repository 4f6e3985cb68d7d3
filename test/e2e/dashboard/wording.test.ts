import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionRow } from '../../../packages/agent/src/app/views/action-types.ts';
import type { LoadTopView, QueryView } from '../../../packages/agent/src/app/views/types.ts';
import { findBarriers, openPage, startBrowser } from '../../support/browser.ts';
import { clientFor, createDatabase, type TestDatabase } from '../../support/index.ts';
import { until } from '../../support/watching.ts';
import { type Dashboard, startDashboard, TARGET } from './start-dashboard.ts';

let target: TestDatabase;
let home: TestDatabase;
let dashboard: Dashboard;
let browser: Browser;

beforeAll(async () => {
  [target, home] = await Promise.all([createDatabase(), createDatabase()]);
  await target.query('create table stock (id int primary key, left_count int)');
  await target.query('insert into stock values (1, 5)');
  dashboard = await startDashboard({ target: target.url, store: home.url });
  browser = await startBrowser();
  await until(() => dashboard.service.watchers[0]?.connection.state === 'connected', 'connected');
});

afterAll(async () => {
  await browser.close();
  await dashboard.close();
  await target.close();
  await home.close();
});

async function expectUsable(page: Page): Promise<void> {
  const shots = process.env['PGSTEWARD_TEST_SHOTS'];
  if (shots !== undefined)
    await page.screenshot({ path: `${shots}/wording-${Date.now()}.png`, fullPage: true });
  expect(await findBarriers(page)).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
}

/** Reads a view of the last minute. */
async function read<T>(path: string): Promise<T> {
  const range = `from=${Date.now() - 60_000}&to=${Date.now()}`;
  return (await (await dashboard.call(`/targets/${TARGET}${path}?${range}`)).json()) as T;
}

/** Names what the statement waits for whose load is a lock; none before it was seen. */
async function lockWaits(): Promise<readonly string[]> {
  const { statements } = await read<LoadTopView>('/load/top');
  const own = statements.find((one) => one.waits.some(({ name }) => name.startsWith('Lock')));
  if (own === undefined) return [];
  const { load } = await read<QueryView>(`/queries/${own.fingerprint}`);
  return load?.chart.series.map(({ name }) => name) ?? [];
}

describe.sequential('the dashboard', () => {
  it('says of the sessions that they are those of now where a time of the past is chosen', async () => {
    const { page, complaints, close } = await openPage(browser, { width: 390, scheme: 'light' });
    const past = `from=${Date.now() - 120_000}&to=${Date.now() - 60_000}`;
    await page.goto(`${dashboard.url}/t/${TARGET}/sessions?${past}`);
    await page.getByText('These are the sessions of now').waitFor();
    await page.getByText('sessions now, at').waitFor();
    await expectUsable(page);
    await page.getByRole('link', { name: 'Load of that time' }).click();
    await page.getByRole('heading', { name: 'Load', exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe(`?${past}`);
    expect(complaints).toEqual([]);
    await close();
  });

  it('says beside the approval that it waits where there is no role to act with', async () => {
    const statements = ['create index concurrently stock_left on public.stock (left_count)'];
    const why = `the ${'left_count_'.repeat(8)} is searched`;
    const body = JSON.stringify({ statements, why });
    const made = await dashboard.call(`/targets/${TARGET}/actions`, { method: 'POST', body });
    const { id } = (await made.json()) as ActionRow;
    const { page, complaints, close } = await openPage(browser, { width: 390, scheme: 'dark' });
    await page.goto(`${dashboard.url}/t/${TARGET}/actions`);
    await page.getByRole('link', { name: why }).waitFor();
    await expectUsable(page);
    await page.goto(`${dashboard.url}/t/${TARGET}/actions/${id}`);
    await page.getByText('An approval waits until there is a role to act with.').waitFor();
    const approve = page.getByRole('button', { name: 'approve', exact: true });
    expect((await approve.getAttribute('class')) ?? '').not.toContain('main');
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });

  it('names a wait in full where it shows the load of one statement', async () => {
    const [holder, waiter] = [clientFor(target.url), clientFor(target.url)];
    await Promise.all([holder.connect(), waiter.connect()]);
    await holder.query('begin; update stock set left_count = left_count - 1 where id = 1');
    const freed = waiter.query('update stock set left_count = left_count - 2 where id = 1');
    await until(async () => (await lockWaits()).length > 0, 'its load is kept', 40_000);
    expect(await lockWaits()).toEqual(['Lock: transactionid']);
    await holder.query('commit');
    await freed;
    await Promise.all([holder.end(), waiter.end()]);
  });
});
