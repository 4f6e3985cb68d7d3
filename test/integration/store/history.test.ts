import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import {
  type HistoryWriter,
  openStore,
  type SeriesHistory,
  type Store,
} from '../../../packages/agent/src/store/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 10, 9, 0, 0);

const open = (db: TestDatabase): Promise<Store> =>
  openStore(unwrap(parseTarget(db.url, {})), { settings: defaultSettings, connectTimeoutMs: 5_000 });

/** One minute of three statements, of which the second is idle every other minute. */
function minute(index: number, startMs = START) {
  const row = (fingerprint: string, calls: number) => ({
    key: [fingerprint],
    values: { calls, totalMs: calls * 1.5, squaresMs2: calls * 4, rows: calls * 2, sharedBlocksHit: 10 },
  });
  return {
    kind: 'statement' as const,
    at: new Date(startMs + (index + 1) * MINUTE),
    coveredMs: MINUTE,
    rows: [row('a', 100 + index), ...(index % 2 === 0 ? [row('b', 7)] : []), row('c', 1)],
  };
}

/** Calls of statement `a` in a stretch of minutes. */
const sumOf = (from: number, to: number) => {
  let sum = 0;
  for (let index = from; index < to; index += 1) sum += 100 + index;
  return sum;
};

/** Calls of statement `a`, tick by tick. */
async function callsIn(store: Store, fromMs: number, toMs: number) {
  const target = await store.target('shop');
  const { axis, series } = await target.history({
    kind: 'statement',
    keys: [['a']],
    range: { fromMs, toMs },
    resolution: 'raw',
  });
  return { at: [...axis.atMs], calls: [...(series[0]?.columns['calls'] ?? [])] };
}

/** Calls of some series together, tick by tick. */
function callsOf(series: readonly SeriesHistory[], ...names: readonly string[]): readonly number[] {
  return series
    .filter(({ key }) => names.includes(key[0] ?? ''))
    .map(({ columns }) => [...(columns['calls'] ?? [])])
    .reduce((a, b) => a.map((value, tick) => value + (b[tick] ?? 0)));
}

/** Calls and time of each statement. */
async function totalsIn(store: Store, fromMs: number, toMs: number, name = 'shop') {
  const { coveredMs, series } = await (await store.target(name)).totals('statement', { fromMs, toMs });
  return {
    coveredMs,
    ...Object.fromEntries(series.map(({ key, values }) => [key[0], [values['calls'], values['totalMs']]])),
  };
}

describe.sequential('history of a target', () => {
  let db: TestDatabase;
  let store: Store;
  let writer: HistoryWriter;

  beforeAll(async () => {
    db = await createDatabase();
    store = await open(db);
    const led = await store.lead('shop');
    if (led === null) throw new Error('nobody else leads');
    writer = led;
  });

  afterAll(async () => {
    await writer.release();
    await store.close();
    await db.close();
  });

  const calls = (fromMs: number, toMs: number) => callsIn(store, fromMs, toMs);
  const totals = (fromMs: number, toMs: number) => totalsIn(store, fromMs, toMs);

  it('gives back what was appended, before and after an hour is sealed', async () => {
    for (let index = 0; index < 130; index += 1) {
      if (index === 50) continue;
      await writer.append([minute(index)]);
    }
    const before = await calls(START, START + 130 * MINUTE);
    expect(before.at).toHaveLength(129);
    expect(before.calls[0]).toBe(100);
    expect(before.calls.at(-1)).toBe(229);
    const open = await totals(START, START + 130 * MINUTE);
    expect(open).toEqual({
      coveredMs: 129 * MINUTE,
      a: [sumOf(0, 130) - 150, (sumOf(0, 130) - 150) * 1.5],
      b: [64 * 7, 64 * 7 * 1.5],
      c: [129, 129 * 1.5],
    });

    const done = await writer.maintain(START + 130 * MINUTE);
    expect(done.sealedHours).toBe(2);
    expect(await calls(START, START + 130 * MINUTE)).toEqual(before);
    expect(await totals(START, START + 130 * MINUTE)).toEqual(open);
    const [left] = await db.query('select count(distinct at)::int as ticks from pgsteward.block_raw');
    expect(left).toEqual({ ticks: 10 });
  });

  it('adds up any stretch exactly, whatever rollups lie inside it', async () => {
    for (const [from, to] of [
      [0, 60],
      [3, 59],
      [58, 62],
      [61, 127],
      [7, 8],
    ] as const) {
      const total = await totals(START + from * MINUTE, START + to * MINUTE);
      const gap = from <= 50 && to > 50 ? 1 : 0;
      expect(total).toMatchObject({
        coveredMs: (to - from - gap) * MINUTE,
        a: [sumOf(from, to) - gap * 150, expect.any(Number)],
      });
    }
  });

  it('keeps a gap as a gap, at every resolution', async () => {
    const target = await store.target('shop');
    const { axis, series } = await target.history({
      kind: 'statement',
      keys: [['a']],
      range: { fromMs: START, toMs: START + HOUR },
      resolution: '5m',
    });
    expect([...axis.coveredMs]).toEqual(
      Array.from({ length: 12 }, (_, index) => (index === 10 ? 4 : 5) * MINUTE),
    );
    expect(series[0]?.columns['calls']?.[10]).toBe(sumOf(51, 55));
    expect((await calls(START, START + HOUR)).at).not.toContain(START + 51 * MINUTE);
  });

  it('adds up the series of one name, from sealed hours and open ones alike', async () => {
    const target = await store.target('shop');
    const range = { fromMs: START, toMs: START + DAY };
    const single = await target.history({ kind: 'statement', range });
    const { axis, series } = await target.history({
      kind: 'statement',
      range,
      groupBy: ([fingerprint]) => (fingerprint === 'c' ? 'few' : 'many'),
    });
    expect(series.map(({ key }) => key[0]).toSorted()).toEqual(['few', 'many']);
    expect(axis.atMs).toEqual(single.axis.atMs);
    expect(callsOf(series, 'few')).toEqual(callsOf(single.series, 'c'));
    expect(callsOf(series, 'many')).toEqual(callsOf(single.series, 'a', 'b'));
  });

  it('joins a tick that comes late into an hour that is sealed', async () => {
    await writer.append([minute(50)]);
    await writer.maintain(START + 130 * MINUTE);
    const range = await calls(START, START + HOUR);
    expect(range.calls).toEqual(Array.from({ length: 60 }, (_, index) => 100 + index));
    expect(await totals(START, START + HOUR)).toMatchObject({
      coveredMs: HOUR,
      a: [sumOf(0, 60), sumOf(0, 60) * 1.5],
    });
  });

  it('tells an idle target from one that was not looked at', async () => {
    await writer.append([{ kind: 'activity', at: new Date(START), coveredMs: 10_000, rows: [] }]);
    const { axis, series } = await (await store.target('shop')).history({
      kind: 'activity',
      range: { fromMs: START - MINUTE, toMs: START },
    });
    expect([...axis.coveredMs]).toEqual([10_000]);
    expect(series).toEqual([]);
  });

  it('seals days into chunks of five minutes, and drops what is past its time', async () => {
    await writer.maintain(START + DAY);
    const [chunks] = await db.query(
      `select count(*)::int as n from pgsteward.chunk_5m c
      join pgsteward.family f on f.id = c.family_id and f.kind = 'statement' where at = $1`,
      [new Date(Date.UTC(2026, 2, 10))],
    );
    expect(chunks).toEqual({ n: 4 });
    const history = async () =>
      (await store.target('shop')).history({
        kind: 'statement',
        keys: [['a']],
        range: { fromMs: START, toMs: START + 2 * HOUR },
        resolution: '5m',
      });
    expect((await history()).axis.atMs).toHaveLength(24);

    const { droppedPartitions } = await writer.maintain(START + 16 * DAY);
    expect(droppedPartitions).toEqual(['chunk_1m_20260310', 'chunk_raw_20260310']);
    expect((await calls(START, START + HOUR)).at).toEqual([]);
    expect((await history()).series[0]?.columns['calls']?.[0]).toBe(sumOf(0, 5));
    await writer.maintain(START + 40 * DAY);
    expect((await history()).axis.atMs).toHaveLength(0);
    expect(await totals(START, START + 2 * HOUR)).toMatchObject({ a: [sumOf(0, 120), expect.any(Number)] });
  });
});

describe('six hours', () => {
  it('add up to what was read in them, a late tick among it, and are made when they are over', async () => {
    const db = await createDatabase();
    const store = await open(db);
    const writer = await store.lead('long');
    if (writer === null) throw new Error('nobody else leads');
    const begin = Date.UTC(2026, 2, 10);
    const late = 200;
    for (let index = 0; index < 13 * 60; index += 10) {
      if (index !== late) await writer.append([{ ...minute(index, begin), coveredMs: 10 * MINUTE }]);
      await writer.maintain(begin + (index + 3) * MINUTE);
    }
    const made = () =>
      db.query(`select array_agg(extract(hour from at at time zone 'UTC')::int order by at) as hours,
        sum(covered_ms)::int / 60000 as minutes from pgsteward.block_6h where shard = 0`);
    expect(await made()).toEqual([{ hours: [0, 6], minutes: 710 }]);
    await writer.append([{ ...minute(late, begin), coveredMs: 10 * MINUTE }]);
    await writer.maintain(begin + 13 * HOUR);
    expect(await made()).toEqual([{ hours: [0, 6], minutes: 720 }]);
    for (const [from, to] of [
      [0, 720],
      [0, 780],
      [55, 715],
      [300, 400],
    ] as const) {
      const ticks = Array.from({ length: 78 }, (_, index) => index * 10).filter(
        (index) => index + 1 > from && index + 1 <= to,
      );
      expect(await totalsIn(store, begin + from * MINUTE, begin + to * MINUTE, 'long')).toMatchObject({
        coveredMs: ticks.length * 10 * MINUTE,
        a: [ticks.reduce((sum, index) => sum + 100 + index, 0), expect.any(Number)],
        c: [ticks.length, ticks.length * 1.5],
      });
    }
    await writer.release();
    await store.close();
    await db.close();
  });
});
