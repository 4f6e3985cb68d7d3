import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ActionRow,
  ActionView,
  LedgerCheckView,
  LedgerRowView,
  TargetActionsView,
} from '../../../packages/agent/src/app/views/action-types.ts';
import type { FindingsView, FleetRow, LoadView } from '../../../packages/agent/src/app/views/types.ts';
import { findBarriers, openPage, startBrowser, type TestPage } from '../../support/browser.ts';
import { until } from '../../support/watching.ts';
import { type Shop, startShop, TWIN } from './acting-shop.ts';
import { type Dashboard, TARGET } from './start-dashboard.ts';

const BEARER = { act: { authorization: 'Bearer act' }, look: { authorization: 'Bearer look' } };
let shop: Shop;
let dashboard: Dashboard;
let browser: Browser;
let id = '';

beforeAll(async () => {
  shop = await startShop();
  ({ dashboard } = shop);
  browser = await startBrowser();
  await until(async () => (await proposed()).length > 0, 'an action is proposed', 90_000);
  // What is measured afterwards is compared with a while before.
  await sleep(10_000);
}, 180_000);

afterAll(async () => {
  await browser.close();
  await shop.close();
});

async function read<T>(path: string, headers: Record<string, string> = BEARER.look): Promise<T> {
  return (await (await dashboard.call(path, { headers })).json()) as T;
}

function post(path: string, body: unknown = {}, headers: Record<string, string> = BEARER.act) {
  return dashboard.call(path, { method: 'POST', body: JSON.stringify(body), headers });
}

async function proposed(): Promise<readonly ActionRow[]> {
  const { actions } = await read<TargetActionsView>(`/targets/${TARGET}/actions`);
  return actions.filter(({ state, object }) => state === 'proposed' && object.includes('orders_customer'));
}

async function propose(statements: readonly string[]): Promise<string> {
  const made = await post(`/targets/${TARGET}/actions`, { statements, why: 'words are searched' });
  expect(made.status).toBe(201);
  return ((await made.json()) as ActionRow).id;
}

async function stateOf(action: string): Promise<string> {
  return (await read<ActionView>(`/actions/${action}`)).action.state;
}

async function signIn(token: 'act' | 'look', width = 1_280, scheme: 'light' | 'dark' = 'light') {
  const opened = await openPage(browser, { width, scheme });
  const { page } = opened;
  await page.goto(dashboard.url);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: TARGET, exact: true }).waitFor();
  return opened;
}

function indexes(): Promise<readonly unknown[]> {
  return shop.target.query(
    `select indexrelid::regclass::text as name from pg_index
    where indrelid = 'orders'::regclass and indisvalid order by 1`,
  );
}

describe.sequential('an action in the dashboard', () => {
  it('is proposed from findings: the targets say how many wait, and the finding leads to its action', async () => {
    const [action] = await proposed();
    id = action?.id ?? '';
    const [row] = await read<readonly FleetRow[]>('/fleet');
    expect(row?.waitingActions).toBeGreaterThan(0);
    const { findings } = await read<FindingsView>(`/targets/${TARGET}/findings`);
    const linked = findings.flatMap(({ proposals }) => proposals.map((proposal) => proposal.action?.id));
    expect(linked).toContain(id);
    const { page, complaints, close } = await signIn('act');
    await page.getByRole('link', { name: /waits? for a decision/ }).click();
    await page.getByRole('link', { name: action?.title ?? '' }).click();
    await page.getByRole('heading', { name: 'What runs' }).waitFor();
    await page.getByText(`drop index concurrently "public"."orders_customer`).first().waitFor();
    await page.getByRole('link', { name: 'diagnose/duplicate-index' }).click();
    await page
      .getByRole('link', { name: `action ${id}, proposed` })
      .first()
      .click();
    await page.getByRole('heading', { name: 'What runs' }).waitFor();
    await expectUsable(page);
    expect(forget401(complaints)).toEqual([]);
    await close();
  });

  it('shows a viewer what waits, and no button; the API refuses their decision', async () => {
    const { page, complaints, close } = await signIn('look');
    await page.goto(`${dashboard.url}/t/${TARGET}/actions/${id}`);
    await page.getByRole('heading', { name: 'What runs' }).waitFor();
    await page.waitForLoadState('networkidle');
    for (const name of ['approve', 'reject', 'postpone to the window', 'make a token']) {
      expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
    }
    expect(forget401(complaints)).toEqual([]);
    await close();
    for (const verb of ['approve', 'postpone', 'reject', 'undo', 'token']) {
      expect((await post(`/actions/${id}/${verb}`, { reason: 'no' }, BEARER.look)).status, verb).toBe(403);
    }
    expect(await stateOf(id)).toBe('proposed');
  });

  it('is approved in the browser after asking, applied, measured and kept by the daemon, which marks the charts', {
    timeout: 180_000,
  }, async () => {
    const before = await indexes();
    const { page, complaints, close } = await signIn('act');
    await page.goto(`${dashboard.url}/t/${TARGET}/actions/${id}`);
    await page.getByRole('button', { name: 'approve', exact: true }).click();
    await page.getByRole('button', { name: 'no', exact: true }).click();
    expect(await stateOf(id)).toBe('proposed');
    await page.getByRole('button', { name: 'approve', exact: true }).click();
    await page.getByRole('button', { name: 'yes', exact: true }).click();
    await until(async () => (await indexes()).length < before.length, 'the index is dropped', 60_000);
    await page.getByText('applied, is being measured').waitFor();
    await until(async () => (await stateOf(id)) === 'kept', 'it is kept', 60_000);
    await page.getByRole('heading', { name: 'What it did' }).waitFor();
    await page
      .getByRole('table', { name: /Statements that it could touch/ })
      .getByText('reads')
      .first()
      .waitFor();
    await expectUsable(page);
    await until(async () => {
      const { events } = await read<LoadView>(`/targets/${TARGET}/load`);
      return events.some(({ kind, text }) => kind === 'action' && text.endsWith('applied'));
    }, 'the charts are marked');
    expect(forget401(complaints)).toEqual([]);
    await close();
  });

  it('is undone in the browser, which builds the index again', { timeout: 120_000 }, async () => {
    const { page, complaints, close } = await signIn('act', 390, 'dark');
    await page.goto(`${dashboard.url}/t/${TARGET}/actions/${id}`);
    await page.getByRole('button', { name: 'undo', exact: true }).click();
    await page.getByRole('button', { name: 'yes', exact: true }).click();
    await until(async () => (await stateOf(id)) === 'reverted', 'it is taken back', 60_000);
    expect(await indexes()).toEqual([{ name: 'orders_customer' }, { name: TWIN }, { name: 'orders_pkey' }]);
    await page.getByText('undone by token:operator').first().waitFor();
    await page.goto(`${dashboard.url}/t/${TARGET}/actions`);
    const listed = page.locator('li', { has: page.locator(`a[href$="${id}"]`) });
    expect(await listed.textContent()).toMatch(/^undone .*undone by token:operator · index \S+ \S+ → 0 B · /);
    await page.goBack();
    await page.getByRole('heading', { name: 'What runs' }).waitFor();
    expect(await page.getByRole('button', { name: 'undo', exact: true }).count()).toBe(0);
    expect(forget401(complaints)).toEqual([]);
    await close();
  });
});

describe.sequential('an action that harms', () => {
  it('is taken back by the daemon, and its page says what got slower', {
    timeout: 180_000,
  }, async () => {
    const own = await propose([
      `create index concurrently journal_words on public.journal using gin (to_tsvector('simple', words)) with (fastupdate = off)`,
    ]);
    expect((await post(`/actions/${own}/approve`)).status).toBe(200);
    await until(async () => (await stateOf(own)) === 'reverted', 'it is taken back', 90_000);
    const { page, complaints, close } = await signIn('look');
    await page.goto(`${dashboard.url}/t/${TARGET}/actions`);
    const listed = page.locator('li', { has: page.locator(`a[href$="${own}"]`) });
    expect(await listed.textContent()).toContain('reverted');
    await listed.getByRole('link').click();
    await page.getByRole('heading', { name: 'What it did' }).waitFor();
    const row = page.getByRole('row', { name: /insert into journal/ });
    expect(await row.textContent()).toMatch(/writes.*slower/);
    await page.getByRole('table', { name: 'Entries of the ledger' }).getByText('taken back').waitFor();
    await expectUsable(page);
    expect(forget401(complaints)).toEqual([]);
    await close();
    const { events } = await read<LoadView>(`/targets/${TARGET}/load`);
    const marks = events.filter(({ text }) => text.includes('words are searched'));
    expect(marks.map(({ text }) => text.split(' ').slice(-2).join(' '))).toEqual([
      expect.stringContaining('applied'),
      'taken back',
    ]);
    expect(await shop.target.query(`select from pg_class where relname = 'journal_words'`)).toEqual([]);
  });

  it('is not applied when a statement would need the index that goes, and its page says which', {
    timeout: 120_000,
  }, async () => {
    const own = await propose(['drop index concurrently public.page_seen']);
    expect((await post(`/actions/${own}/approve`)).status).toBe(200);
    await until(async () => (await stateOf(own)) === 'failed', 'it was tried', 60_000);
    const { page, complaints, close } = await signIn('look');
    await page.goto(`${dashboard.url}/t/${TARGET}/actions/${own}`);
    await page
      .getByText(/dearer without the index.*where seen = \$1/)
      .first()
      .waitFor();
    await expectUsable(page);
    expect(forget401(complaints)).toEqual([]);
    await close();
  });
});

describe.sequential('actions in the dashboard', () => {
  it('are proposed, postponed to the window and rejected with a reason', async () => {
    const statements = ['create index concurrently stock_price on public.stock (price)'];
    const made = await post(`/targets/${TARGET}/actions`, {
      statements,
      why: `prices are looked up by ${'stock_price_'.repeat(8)}`,
    });
    expect(made.status).toBe(201);
    const { id: own } = (await made.json()) as ActionRow;
    const { page, complaints, close } = await signIn('act');
    await page.goto(`${dashboard.url}/t/${TARGET}/actions/${own}`);
    await page.getByRole('button', { name: 'postpone to the window' }).click();
    await page.getByRole('button', { name: 'yes', exact: true }).click();
    await page.getByText('approved for a window').waitFor();
    expect((await read<ActionView>(`/actions/${own}`)).action.notBeforeMs).toBeGreaterThan(Date.now());
    await page.getByRole('button', { name: 'reject' }).click();
    await page.getByLabel('because').fill('not in this quarter');
    await page.getByRole('button', { name: 'yes', exact: true }).click();
    await page.getByText('rejected: not in this quarter').waitFor();
    await page.goto(`${dashboard.url}/t/${TARGET}/actions`);
    await page.getByRole('heading', { name: 'Done' }).waitFor();
    await expectUsable(page);
    await page.getByRole('link', { name: /the ledger/ }).click();
    await page.getByText('each as it was written').waitFor();
    await page.getByText('not in this quarter').waitFor();
    await expectUsable(page);
    expect(forget401(complaints)).toEqual([]);
    await close();
  });

  it('are approved by a token that is shown once', async () => {
    const statements = ['create index concurrently stock_price on public.stock (price)'];
    const { id: own } = (await (
      await post(`/targets/${TARGET}/actions`, { statements, why: 'once more' })
    ).json()) as ActionRow;
    const { page, close } = await signIn('act');
    await page.goto(`${dashboard.url}/t/${TARGET}/actions/${own}`);
    await page.getByRole('button', { name: 'make a token' }).click();
    await page.getByRole('button', { name: 'yes', exact: true }).click();
    expect(await page.locator('code.token').textContent()).toMatch(/^pgs_[\w-]{32}$/);
    await page.reload();
    await page.getByRole('button', { name: 'make a token' }).waitFor();
    expect(await page.locator('code.token').count()).toBe(0);
    await close();
    expect(await stateOf(own)).toBe('proposed');
  });

  it('are refused with a reason where they are unknown, unsupported or past a decision', async () => {
    const refused = async (path: string, body?: unknown) => {
      const response = await post(path, body);
      return { status: response.status, ...((await response.json()) as { error: string; code?: string }) };
    };
    expect(await refused('/actions/nothing/approve')).toMatchObject({ status: 404, code: 'ACT.NOT_FOUND' });
    expect(await refused(`/actions/${id}/approve`)).toMatchObject({ status: 409, code: 'ACT.WRONG_STATE' });
    expect(await refused(`/actions/${id}/reject`, {})).toMatchObject({ status: 400 });
    const unsupported = { statements: ['drop table orders'], why: 'tidy' };
    expect(await refused(`/targets/${TARGET}/actions`, unsupported)).toMatchObject({
      status: 400,
      code: 'ACT.UNSUPPORTED',
      why: expect.stringContaining('none of the changes'),
    });
  });

  it('stand in the ledger and in the access log with who decided', async () => {
    const check = await read<LedgerCheckView>('/ledger/check');
    expect(check.broken).toBeNull();
    const entries = await read<readonly LedgerRowView[]>(`/ledger?target=${TARGET}&limit=500`);
    expect(check.entriesCount).toBeGreaterThanOrEqual(entries.length);
    const own = entries.filter(({ action }) => action === id).toReversed();
    expect(own.map(({ event, actor }) => `${event} ${actor}`)).toEqual([
      'proposed advisor',
      'approved token:operator',
      'applying agent',
      'applied agent',
      'verdict agent',
      'reverting token:operator',
      'reverted agent',
    ]);
    const log = await read<readonly { action: string; subject: string }[]>('/access-log', BEARER.act);
    const subject = `${TARGET} action ${id}`;
    expect(log).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'approve', subject }),
        expect.objectContaining({ action: 'undo', subject }),
        expect.objectContaining({ action: 'propose' }),
        expect.objectContaining({ action: 'postpone' }),
        expect.objectContaining({ action: 'reject' }),
        expect.objectContaining({ action: 'approval-token' }),
      ]),
    );
  });
});

/** A page asks before it is signed in. */
function forget401(complaints: TestPage['complaints']): readonly string[] {
  return complaints.filter((text) => !text.includes('401'));
}

const SHOTS = process.env['PGSTEWARD_TEST_SHOTS'];
let shots = 0;

/** Looks for barriers and for what sticks out: light and dark, on a desk and on a phone. */
async function expectUsable(page: Page): Promise<void> {
  for (const [width, colorScheme] of [
    [1_280, 'light'],
    [1_280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    if (SHOTS !== undefined)
      await page.screenshot({ path: `${SHOTS}/${shots++}-${width}-${colorScheme}.png`, fullPage: true });
    expect(await findBarriers(page), `${width} ${colorScheme}`).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${width} ${colorScheme}`).toBeLessThanOrEqual(0);
  }
}
