import type { OwnConnection } from '../postgres/index.ts';
import { type KindName, seriesKind } from '../series/index.ts';
import type { Settings } from '../settings/index.ts';
import { dropExecutions } from './executions.ts';
import { dropPartitions } from './partitions.ts';
import { CHUNK_PERIODS, HOUR_MS, periodBegin, type Resolution, ROLLUPS } from './resolutions.ts';
import { rollUp, rollupsOf } from './roll-up.ts';
import { SCHEMA } from './schema.ts';
import { AXIS_ORDINAL, type SealedFamily, sealPeriod, unseal } from './seal.ts';
import { STORE_SETTINGS } from './settings.ts';

/** Time after the end of an hour in which its last ticks may still arrive. */
const GRACE_MS = 60_000;

/** What a round of maintenance did. */
export interface Maintenance {
  readonly sealedHours: number;
  readonly droppedPartitions: readonly string[];
}

/**
 * Does what is due for one target: rolls up the buckets that are over, seals the hours, days and months that are
 * over, drops what is past its time. Interrupted anywhere, the next round does the rest.
 */
export async function maintain(
  connection: OwnConnection,
  targetId: number,
  options: { readonly settings: Settings; readonly nowMs: number },
): Promise<Maintenance> {
  const { nowMs } = options;
  const families = await familiesOf(connection, targetId);
  await reopen(connection, families, nowMs);
  let sealedHours = 0;
  for (const family of families) {
    sealedHours += await sealDue(connection, family, { resolution: 'raw', nowMs });
    await rollUpRecent(connection, family, nowMs);
    for (const { resolution } of rollupsOf(family.kind)) {
      if (resolution !== '6h') await sealDue(connection, family, { resolution, nowMs });
    }
  }
  await dropExecutions(connection, targetId, nowMs - options.settings.get(STORE_SETTINGS.keepRawMs));
  return { sealedHours, droppedPartitions: await dropExpired(connection, options) };
}

async function familiesOf(connection: OwnConnection, targetId: number): Promise<readonly SealedFamily[]> {
  const rows = await connection.run(
    `select id, kind from ${SCHEMA}.family where target_id = $1 order by id`,
    [targetId],
  );
  return rows.map((row) => ({ id: Number(row['id']), kind: seriesKind(row['kind'] as KindName) }));
}

/**
 * Takes back what a clock that was set ahead for a while finished too early: rollups of buckets and sealed hours that
 * are not over. Left alone, they would hide what is read into them.
 */
async function reopen(
  connection: OwnConnection,
  families: readonly SealedFamily[],
  nowMs: number,
): Promise<void> {
  const ids = families.map(({ id }) => id);
  for (const { resolution, stepMs } of ROLLUPS) {
    await connection.run(`delete from ${SCHEMA}.block_${resolution} where family_id = any($1) and at > $2`, [
      ids,
      new Date(nowMs - stepMs),
    ]);
  }
  const sealed = await connection.run(
    `select family_id, at from ${SCHEMA}.chunk_raw where family_id = any($1) and ordinal = ${AXIS_ORDINAL} and at > $2`,
    [ids, new Date(nowMs - HOUR_MS)],
  );
  for (const row of sealed) {
    const family = families.find(({ id }) => id === Number(row['family_id']));
    const beginMs = (row['at'] as Date).getTime();
    if (family === undefined) continue;
    await connection.transaction((inside) => unseal(inside, family, { resolution: 'raw', beginMs }));
  }
}

/** Seals every period that is over and has blocks which are in no chunk. @returns how many */
async function sealDue(
  connection: OwnConnection,
  family: SealedFamily,
  { resolution, nowMs }: { readonly resolution: Resolution; readonly nowMs: number },
): Promise<number> {
  const period = CHUNK_PERIODS[resolution];
  // A day is sealed after its last hour was, from which its last buckets come.
  const overMs = periodBegin(period, nowMs - GRACE_MS * (resolution === 'raw' ? 1 : 2));
  const shiftMs = resolution === 'raw' ? 1 : 0;
  const rows = await connection.run(
    `select distinct date_trunc($3, b.at - $4 * interval '1 ms', 'UTC') as begin
    from ${SCHEMA}.block_${resolution} b
    where b.family_id = $1 and b.at - $4 * interval '1 ms' < $2 and b.shard = 0${
      resolution === '1h'
        ? ` and b.at > $2::timestamptz - interval '70 d' and not exists (
            select from ${SCHEMA}.chunk_1h c
            where c.family_id = $1 and c.ordinal = ${AXIS_ORDINAL} and c.at = date_trunc('month', b.at, 'UTC'))`
        : ''
    } order by 1`,
    [family.id, new Date(overMs), period, shiftMs],
  );
  for (const row of rows) {
    await sealPeriod(connection, family, { resolution, beginMs: (row['begin'] as Date).getTime() });
  }
  // What was removed makes room for the next period.
  if (rows.length > 0) await connection.run(`vacuum (skip_locked) ${SCHEMA}.block_${resolution}`);
  return rows.length;
}

/** Rolls up the buckets of the current hour that are over. */
async function rollUpRecent(connection: OwnConnection, family: SealedFamily, nowMs: number): Promise<void> {
  for (const rollup of rollupsOf(family.kind).filter(({ stepMs }) => stepMs < HOUR_MS)) {
    const toMs = Math.floor(nowMs / rollup.stepMs) * rollup.stepMs;
    const fromMs = Math.floor((toMs - 1) / HOUR_MS) * HOUR_MS;
    await rollUp(connection, family, { fromMs, toMs, rollups: [rollup] });
  }
}

async function dropExpired(
  connection: OwnConnection,
  { settings, nowMs }: { readonly settings: Settings; readonly nowMs: number },
): Promise<readonly string[]> {
  const raw = nowMs - settings.get(STORE_SETTINGS.keepRawMs);
  const five = nowMs - settings.get(STORE_SETTINGS.keepFiveMinutesMs);
  const hours = nowMs - settings.get(STORE_SETTINGS.keepHoursMs);
  return dropPartitions(connection, {
    chunk_raw: raw,
    chunk_1m: raw,
    chunk_5m: five,
    block_1h: hours,
    block_6h: hours,
    chunk_1h: hours,
  });
}
