import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { type Service, settingDefinitions, startService } from '../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../packages/agent/src/postgres/index.ts';
import { resolveSettings, type Settings } from '../packages/agent/src/settings/index.ts';
import { openStore } from '../packages/agent/src/store/index.ts';
import { startHttpServer } from '../packages/agent/src/surfaces/http/index.ts';
import { startBrowser } from '../test/support/browser.ts';
import { moveAcross, type Smoothness, timeToShown } from './lib/dashboard/browse.ts';
import { writeWeek } from './lib/dashboard/week.ts';
import { type Figures, median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const PAGES = join(import.meta.dirname, '..', 'packages', 'agent', 'pages');
const NAME = 'shop';
const HOUR_MS = 3_600_000;
const RANGES = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 } as const;
const API_RUNS = 3;
/** Five ticks for each of the 2,016 of a week: 10,080 points a band. */
const STRETCH = 5;

/**
 * The dashboard over a week of history of one target: what is sent, how soon each page is of use in a fresh browser,
 * how smooth a chart of 10,000 points is under the hand, and what each address of the API takes.
 * Options: `--days 7`, `--statements 500`, `--tables 500`, `--runs 5`; `--serve` leaves it running to be looked at.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      serve: { type: 'boolean', default: false },
      days: { type: 'string', default: '7' },
      statements: { type: 'string', default: '500' },
      tables: { type: 'string', default: '500' },
      runs: { type: 'string', default: '5' },
    },
  });
  const tables = Number(values.tables);
  await withServer({ shared_buffers: '64MB' }, async (target) => {
    await createTables(target.url, tables);
    await withServer(
      { shared_buffers: '32MB', synchronous_commit: 'off', work_mem: '8MB', jit: 'off' },
      async (home) => {
        await fill(home.url, {
          days: Number(values.days),
          statements: Number(values.statements),
          tables,
        });
        await withService(target.url, home.url, async (url) => {
          if (values.serve) return untilStopped(url);
          printResult(await measure(url, Number(values.runs)), args);
        });
      },
      { isDurable: true },
    );
  });
}

async function createTables(url: string, tables: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create extension pg_stat_statements');
  await client.query(
    `do $$ begin for i in 0..${tables - 1} loop
      execute format('create table t_%s (id int primary key, note text)', i);
    end loop; end $$`,
  );
  await client.end();
}

async function fill(
  url: string,
  size: { readonly days: number; readonly statements: number; readonly tables: number },
): Promise<void> {
  const settings = unwrap(resolveSettings(settingDefinitions, {}));
  const store = await openStore(unwrap(parseTarget(url, {})), { settings, connectTimeoutMs: 5_000 });
  const writer = await store.lead(NAME);
  if (writer === null) throw new Error('nobody else writes');
  await writeWeek(writer, { ...size, endMs: Math.floor(Date.now() / 60_000) * 60_000 });
  await writer.release();
  await store.close();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

async function withService(
  targetUrl: string,
  storeUrl: string,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const service: Service = await startService({
    targets: [unwrap(parseTarget(targetUrl, {}, NAME))],
    settings: settingsOf({ 'store.url': storeUrl, 'http.port': 0, 'target.cpus': 4 }),
    environment: {},
    version: '0.0.0',
    clock: systemClock,
    onProgress: silentProgress,
    log: () => undefined,
    signal: new AbortController().signal,
  });
  const http = await startHttpServer(service, { pages: PAGES });
  try {
    await untilLookedAt(http.url);
    await work(http.url);
  } finally {
    await http.close();
    await service.close();
  }
}

function settingsOf(values: Readonly<Record<string, unknown>>): Settings {
  const flags = Object.entries(values).map(
    ([key, value]) => [key, { option: `--set ${key}`, value }] as const,
  );
  return unwrap(resolveSettings(settingDefinitions, { flags: new Map(flags) }));
}

/** Waits for the first whole look at the target, which is not what is measured here. */
async function untilLookedAt(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/api/targets/${NAME}/findings`);
    const { takenAtMs } = (await response.json()) as { readonly takenAtMs: number | null };
    if (takenAtMs !== null) return;
    await systemClock.sleep(200, new AbortController().signal);
  }
}

async function untilStopped(url: string): Promise<void> {
  process.stderr.write(`${url}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

async function measure(url: string, runs: number): Promise<Parameters<typeof printResult>[0]> {
  const api = await measureApi(url);
  const browser = await startBrowser();
  try {
    const page = `${url}/t/${NAME}`;
    const shown = async (path: string, shows: string): Promise<number> =>
      timeToShown(browser, { path, shows }, runs);
    const loadWeekMs = await shown(`${page}/load?range=7d`, '.uplot canvas');
    const fleetMs = await shown(url, '.uplot canvas');
    const queriesWeekMs = await shown(`${page}/queries?range=7d`, 'tbody tr');
    const queryWeekMs = await shown(`${page}/query/statement-3?range=7d`, '.uplot canvas');
    const tablesWeekMs = await shown(`${page}/tables?range=7d`, 'tbody tr');
    const week = await moveAcross(browser, `${page}/load?range=7d`, 1);
    const stretched = await moveAcross(browser, `${page}/load?range=7d`, STRETCH);
    return {
      bench: 'dashboard',
      figures: {
        ...sentBytes(),
        loadWeekMs,
        fleetMs,
        queriesWeekMs,
        queryWeekMs,
        tablesWeekMs,
        ...smoothness('week', week),
        ...smoothness('stretched', stretched),
        ...api,
      },
      peers: {},
      bars: [
        { figure: 'jsGzipBytes', operator: '<=', limit: 60 * 1_024 },
        ...['loadWeekMs', 'fleetMs', 'queriesWeekMs', 'queryWeekMs', 'tablesWeekMs'].map(
          (figure) => ({ figure, operator: '<=', limit: 1_000 }) as const,
        ),
        { figure: 'weekLongestTaskMs', operator: '<=', limit: 50 },
        { figure: 'stretchedLongestTaskMs', operator: '<=', limit: 50 },
      ],
    };
  } finally {
    await browser.close();
  }
}

/** What a browser fetches before it can show anything. */
function sentBytes(): Figures {
  const assets = join(PAGES, 'assets');
  const gzipBytes = (ending: string): number =>
    readdirSync(assets)
      .filter((name) => name.endsWith(ending))
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
  return { jsGzipBytes: gzipBytes('.js'), cssGzipBytes: gzipBytes('.css') };
}

function smoothness(name: string, { points, longestTaskMs, longestFrameMs }: Smoothness): Figures {
  return {
    [`${name}PointsCount`]: points,
    [`${name}LongestTaskMs`]: longestTaskMs,
    [`${name}LongestFrameMs`]: longestFrameMs,
  };
}

const ENDPOINTS: Readonly<Record<string, string>> = {
  load: 'load?by=wait&',
  loadByStatement: 'load?by=query&',
  loadTop: 'load/top?',
  queries: 'queries?',
  query: 'queries/statement-3?',
  relations: 'relations?',
  activity: 'charts/activity?',
  connections: 'charts/connections?',
  replication: 'charts/replication?',
  storage: 'charts/storage?',
  agent: 'agent?',
  alerts: 'alerts?',
};

/** How long each address takes for each range; the first answer is not counted. */
async function measureApi(url: string): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const [endpoint, path] of Object.entries(ENDPOINTS)) {
    for (const [range, hours] of Object.entries(RANGES)) {
      const times: number[] = [];
      for (let turn = 0; turn <= API_RUNS; turn += 1) {
        const nowMs = Date.now();
        const query = `from=${nowMs - hours * HOUR_MS}&to=${nowMs}`;
        const startMs = performance.now();
        const response = await fetch(`${url}/api/targets/${NAME}/${path}${query}`);
        if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
        await response.arrayBuffer();
        if (turn > 0) times.push(performance.now() - startMs);
      }
      figures[`api ${endpoint} ${range} ms`] = Math.round(median(times));
    }
  }
  return figures;
}
