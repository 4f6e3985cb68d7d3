import type { Browser, Page } from 'playwright-core';
import { median } from '../report.ts';

/** A page to open, and what is on it once it is of use. */
export interface Destination {
  readonly path: string;
  /** CSS selector of the first chart or table. */
  readonly shows: string;
}

const SIZE = { width: 1_280, height: 900 };

/** Measures from navigation to the first frame that shows what the page is for, each time with an empty profile. */
export async function timeToShown(
  browser: Browser,
  { path, shows }: Destination,
  runs: number,
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const context = await browser.newContext({ viewport: SIZE });
    const page = await context.newPage();
    await page.addInitScript(watchFor, shows);
    await page.goto(path);
    await page.waitForFunction(() => (globalThis as unknown as Marked).shownMs !== undefined);
    times.push(await page.evaluate(() => (globalThis as unknown as Marked).shownMs ?? Number.NaN));
    await context.close();
  }
  return median(times);
}

interface Marked {
  shownMs?: number;
}

/** Runs in the page: notes when what was waited for has been painted. */
function watchFor(selector: string): void {
  const look = (): void => {
    if (document.querySelector(selector) === null) {
      requestAnimationFrame(look);
      return;
    }
    // The frame after the one in which it was laid out: it is on the screen.
    requestAnimationFrame(() => {
      (globalThis as unknown as Marked).shownMs = performance.now();
    });
  };
  requestAnimationFrame(look);
}

/** How smooth a page was while the reader moved. */
export interface Smoothness {
  /** Longest task of the page's thread; 0 when none took 50 ms. */
  readonly longestTaskMs: number;
  readonly longestFrameMs: number;
  readonly points: number;
}

interface Watched {
  longestTaskMs: number;
  longestFrameMs: number;
}

/** Moves the cursor across a chart and marks a stretch of it. */
export async function moveAcross(browser: Browser, url: string, stretch: number): Promise<Smoothness> {
  const context = await browser.newContext({ viewport: SIZE });
  const page = await context.newPage();
  let points = 0;
  await page.route('**/api/targets/*/load?*', async (route) => {
    const view = (await (await route.fetch()).json()) as LoadAnswer;
    const chart = stretched(view.chart, stretch);
    points = chart.atMs.length;
    await route.fulfill({ json: { ...view, chart } });
  });
  await page.goto(url);
  await page.locator('.uplot canvas').first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.evaluate(observe);
  await sweep(page);
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: Watched }).seen);
  await context.close();
  return { ...seen, points };
}

interface LoadAnswer {
  readonly chart: {
    readonly atMs: readonly number[];
    readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  };
}

/** Puts further ticks between those of a chart. */
function stretched(chart: LoadAnswer['chart'], times: number): LoadAnswer['chart'] {
  const between = <T>(values: readonly T[], mix: (a: T, b: T, part: number) => T): T[] =>
    values.flatMap((value, index) =>
      Array.from({ length: times }, (_, step) => mix(value, values[index + 1] ?? value, step / times)),
    );
  const mixed = (a: number | null, b: number | null, part: number): number | null =>
    a === null || b === null ? a : a + (b - a) * part;
  return {
    ...chart,
    atMs: between(chart.atMs, (a, b, part) => a + (b - a) * part),
    series: chart.series.map(({ name, values }) => ({ name, values: between(values, mixed) })),
  };
}

/** Runs in the page: notes the longest task and the longest time between two frames. */
function observe(): void {
  const seen = { longestTaskMs: 0, longestFrameMs: 0 };
  (globalThis as unknown as { seen: Watched }).seen = seen;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longestTaskMs = Math.max(seen.longestTaskMs, duration);
  }).observe({ type: 'longtask' });
  let lastMs = performance.now();
  const frame = (nowMs: number): void => {
    seen.longestFrameMs = Math.max(seen.longestFrameMs, nowMs - lastMs);
    lastMs = nowMs;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

async function sweep(page: Page): Promise<void> {
  const box = await page.locator('.u-over').first().boundingBox();
  if (box === null) throw new Error('the chart has no place');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 5, y);
  await page.mouse.move(box.x + box.width - 5, y, { steps: 120 });
  await page.mouse.move(box.x + box.width * 0.3, y, { steps: 40 });
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, y, { steps: 60 });
  await page.mouse.up();
  await page.waitForLoadState('networkidle');
}
