import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SessionsView, SessionView } from '../../../packages/agent/src/app/views/types.ts';
import { findBarriers, openPage, startBrowser } from '../../support/browser.ts';
import { clientFor, createDatabase, type TestDatabase } from '../../support/index.ts';
import { until } from '../../support/watching.ts';
import { type Dashboard, startDashboard, TARGET } from './start-dashboard.ts';

const BEARER = { act: { authorization: 'Bearer act' }, look: { authorization: 'Bearer look' } };

/** Two sessions, of which the second waits for what the first has locked. */
interface Pileup {
  readonly rootPid: number;
  /** Ends when the one that waits may go on. */
  readonly freed: Promise<unknown>;
  end(): Promise<void>;
}

describe.sequential('the root of a blocking chain', () => {
  let target: TestDatabase;
  let home: TestDatabase;
  let dashboard: Dashboard;
  let browser: Browser;

  beforeAll(async () => {
    [target, home] = await Promise.all([createDatabase(), createDatabase()]);
    await target.query('create table stock (id int primary key, left_count int)');
    await target.query('insert into stock values (1, 5)');
    dashboard = await startDashboard(
      { target: target.url, store: home.url },
      { 'http.viewer-token': 'look', 'http.operator-token': 'act' },
    );
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await dashboard.close();
    await target.close();
    await home.close();
  });

  beforeEach(() => until(() => dashboard.service.watchers[0]?.connection.state === 'connected', 'connected'));

  async function pileUp(): Promise<Pileup> {
    const [root, waiting] = [clientFor(target.url), clientFor(target.url)];
    // Being ended is what happens to it here.
    root.on('error', () => undefined);
    await Promise.all([root.connect(), waiting.connect()]);
    const { rows } = await root.query<{ pid: number }>('select pg_backend_pid() as pid');
    await root.query('begin; update stock set left_count = left_count - 1 where id = 1');
    const freed = waiting.query('update stock set left_count = left_count - 2 where id = 1');
    await until(
      async () => (await sessions()).some(({ blockedBy }) => blockedBy.length > 0),
      'somebody waits',
    );
    return {
      rootPid: rows[0]?.pid ?? 0,
      freed,
      async end() {
        await root.end().catch(() => undefined);
        await freed;
        await waiting.end();
      },
    };
  }

  async function sessions(): Promise<readonly SessionView[]> {
    const response = await dashboard.call(`/targets/${TARGET}/sessions`, { headers: BEARER.look });
    return ((await response.json()) as SessionsView).sessions;
  }

  function signal(pid: number, connectedMs: number, headers: Record<string, string>): Promise<Response> {
    return dashboard.call(`/targets/${TARGET}/sessions/${pid}/terminate`, {
      method: 'POST',
      body: JSON.stringify({ connectedMs }),
      headers,
    });
  }

  it('is ended by an operator on the page, which frees those that wait and is written down', async () => {
    const chain = await pileUp();
    const { page, complaints, close } = await openPage(browser, { width: 1_280, scheme: 'dark' });
    await page.goto(dashboard.url);
    await page.getByLabel('Token').fill('act');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: TARGET }).click();
    await page.getByRole('link', { name: 'Sessions' }).click();
    const own = page
      .getByRole('listitem')
      .filter({ hasText: String(chain.rootPid) })
      .first();
    await own.getByRole('button', { name: 'end the session' }).click();
    expect(await findBarriers(page)).toEqual([]);
    await own.getByRole('button', { name: 'no' }).click();
    expect((await sessions()).some(({ pid }) => pid === chain.rootPid)).toBe(true);
    await own.getByRole('button', { name: 'end the session' }).click();
    await own.getByRole('button', { name: 'yes' }).click();
    await page.getByText(`ended the session ${chain.rootPid}`).waitFor();
    await chain.freed;
    expect(await target.query('select left_count from stock')).toEqual([{ left_count: 3 }]);
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    const log = (await (await dashboard.call('/access-log', { headers: BEARER.act })).json()) as unknown[];
    expect(log).toContainEqual(
      expect.objectContaining({
        actor: 'token:operator',
        action: 'terminate',
        subject: `${TARGET} ${chain.rootPid}`,
      }),
    );
    await close();
    await chain.end();
  });

  it('is left alone by a viewer, and by a page that cannot send the header against forged requests', async () => {
    const chain = await pileUp();
    expect((await signal(chain.rootPid, 0, BEARER.look)).status).toBe(403);
    const { page, close } = await openPage(browser, { width: 1_280, scheme: 'light' });
    await page.goto(dashboard.url);
    const signedIn = await page.request.post(`${dashboard.url}/api/sign-in`, {
      data: { token: 'act' },
      headers: { 'x-pgsteward': '1' },
    });
    expect(signedIn.status()).toBe(200);
    const path = `${dashboard.url}/api/targets/${TARGET}/sessions/${chain.rootPid}/terminate`;
    const forged = await page.request.post(path, { data: { connectedMs: 0 } });
    expect(forged.status()).toBe(403);
    expect(await forged.text()).toContain('x-pgsteward');
    expect((await sessions()).some(({ pid }) => pid === chain.rootPid)).toBe(true);
    expect((await signal(chain.rootPid, 0, BEARER.act)).status).toBe(200);
    await close();
    await chain.end();
  });

  it('is not ended when its process id belongs to another by now, or to nobody', async () => {
    const chain = await pileUp();
    const taken = await signal(chain.rootPid, 3_600_000, BEARER.act);
    expect(await taken.json()).toEqual({ answer: `${chain.rootPid} is gone already` });
    expect((await sessions()).some(({ pid }) => pid === chain.rootPid)).toBe(true);
    const gone = await signal(2 ** 22 + 1, 0, BEARER.act);
    expect(await gone.json()).toEqual({ answer: `${2 ** 22 + 1} is gone already` });
    await signal(chain.rootPid, 0, BEARER.act);
    await chain.end();
  });
});
