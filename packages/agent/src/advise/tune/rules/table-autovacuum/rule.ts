import { autovacuumRule, rowsOf } from '../../../../diagnose/index.ts';
import { displayName, formatCount, formatRatio } from '../../../../kernel/index.ts';
import type { SettingFacts, TableFacts, TableLoad } from '../../../../observe/index.ts';
import { optionsOf } from '../../../table-options.ts';
import type { Outcome, TableDraft, TuneInput, TuneRule } from '../../types.ts';
import { largestTables } from '../../workload.ts';

const SOURCE = 'PostgreSQL docs 24.1.6 "The Autovacuum Daemon"';
const SCALE = 'autovacuum_vacuum_scale_factor';
const INSERT_SCALE = 'autovacuum_vacuum_insert_scale_factor';
/** Share that is neither too lazy for any table nor busy for its own sake. */
const LEAST_SCALE = 0.001;
const MOST_SCALE = 0.1;
/** A threshold that lies so much above the wanted one is too lazy. */
const LAZY = 2;

/** Gives large tables scale factors of their own: a fifth of many rows is a vacuum that comes too rarely and takes too long. */
export const tableAutovacuum: TuneRule = {
  id: 'tune/table-autovacuum',
  run: (input) => {
    const loads = new Map(input.workload.tables.map((load) => [key(load), load]));
    return largestTables(input.snapshot).flatMap((table): readonly Outcome[] => {
      const load = loads.get(key(table));
      const isLarge = rowsOf(table) >= input.values.tableRows;
      return load === undefined || !isLarge ? [] : judge(input, table, load);
    });
  },
};

function key({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return JSON.stringify([schema, name]);
}

function judge(input: TuneInput, table: TableFacts, load: TableLoad): readonly Outcome[] {
  const { serverSettings } = input.snapshot.sections;
  const server: ReadonlyMap<string, SettingFacts> =
    serverSettings.status === 'ok' ? serverSettings.data : new Map();
  // Where it is switched off, diagnose/vacuum-overdue has its own remedy.
  const rule = autovacuumRule(table, server);
  if (!rule.isEnabled) return [];
  const rows = rowsOf(table);
  const wanted = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, roundScale(input.values.deadRows / rows)));
  const isLazy = rule.deadRows > LAZY * wanted * rows && load.deadRowsMost >= input.values.deadRows;
  const ofInserts = freezesLate(input, {
    table,
    load,
    insertedRows: rule.insertedRows,
    wantedRows: wanted * rows,
  });
  const options = [
    ...(isLazy ? [[SCALE, String(wanted)] as const] : []),
    ...(ofInserts === null ? [] : [[INSERT_SCALE, String(wanted)] as const]),
  ];
  if (options.length === 0) return [];
  const reasons = [
    ...(isLazy
      ? [
          `it had up to ${formatCount(load.deadRowsMost)} dead rows, and autovacuum comes at ${formatCount(rule.deadRows)}`,
        ]
      : []),
    ...(ofInserts === null ? [] : [ofInserts]),
  ];
  return [
    draft({
      table,
      load,
      options,
      why: reasons.join('; '),
      thresholdRows: rule.deadRows,
      wantedRows: wanted * rows,
    }),
  ];
}

/** Two digits: what a person would write. */
function roundScale(ratio: number): number {
  return Number(ratio.toPrecision(1));
}

interface Inserts {
  readonly table: TableFacts;
  readonly load: TableLoad;
  /** Inserted rows after which autovacuum comes; null when they never bring it. */
  readonly insertedRows: number | null;
  readonly wantedRows: number;
}

/** Rows that are only ever inserted wait for the vacuum against wraparound, which then reads all of them at once. */
function freezesLate(input: TuneInput, { table, load, insertedRows, wantedRows }: Inserts): string | null {
  const limit = input.number('autovacuum_freeze_max_age') ?? 0;
  const ageRatio = (table.xidAge ?? 0) / Math.max(1, limit);
  const isAppended = load.insertedRows > 10 * load.changedRows && load.insertedRows > 0;
  const isLate = ageRatio >= input.values.freezeRatio && isAppended;
  if (!isLate || insertedRows === null || insertedRows <= LAZY * wantedRows) return null;
  return `its oldest row is ${formatRatio(ageRatio)} of the way to the vacuum against wraparound, and inserts bring one only at ${formatCount(insertedRows)}`;
}

interface Drafted {
  readonly table: TableFacts;
  readonly load: TableLoad;
  readonly options: TableDraft['options'];
  readonly why: string;
  readonly thresholdRows: number;
  readonly wantedRows: number;
}

function draft({ table, load, options, why, thresholdRows, wantedRows }: Drafted): Outcome {
  const own = optionsOf(table);
  return {
    kind: 'table',
    table,
    options,
    basis: 'measured',
    why: `${displayName(table.schema, table.name)}: ${why}`,
    evidence: {
      tableRows: rowsOf(table),
      deadRowsMostRows: load.deadRowsMost,
      autovacuumThresholdRows: thresholdRows,
      ownScaleFactor: own.get(SCALE) ?? null,
      xidAgeCount: table.xidAge,
    },
    source: SOURCE,
    effect: {
      metric: 'deadRows',
      before: Math.max(load.deadRowsMost, thresholdRows),
      after: wantedRows,
      unit: 'rows',
      method: 'autovacuum begins there',
    },
    risk: { level: 'low', why: 'vacuum comes more often, and has less to do each time' },
    remedies: [],
  };
}
