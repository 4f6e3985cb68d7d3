import type { SettingFacts, TableFacts } from '../observe/index.ts';
import { durationSetting, type Setting } from '../settings/index.ts';

/** Time that autovacuum is given before what it has not done yet is a fault; several checks share it. */
export const autovacuumGraceSetting: Setting<number> = durationSetting({
  key: 'diagnose.autovacuum.grace-ms',
  summary: 'Time after a visit of autovacuum in which a table that it is due for again is only mentioned.',
  default: 10 * 60_000,
  source: 'ten times autovacuum_naptime: a busy table is due again before its turn comes',
});

/** When autovacuum would vacuum and analyze a table. */
export interface AutovacuumRule {
  /** False when the table or the server switched it off. */
  readonly isEnabled: boolean;
  /** Dead rows beyond which it vacuums. */
  readonly deadRows: number;
  /** Rows inserted since the last vacuum beyond which it vacuums; null when inserts never trigger it. */
  readonly insertedRows: number | null;
  /** Changed rows beyond which it analyzes. */
  readonly changedRows: number;
}

type ServerSettings = ReadonlyMap<string, SettingFacts>;

/** Whether the server runs autovacuum at all; it needs the statistics as well. */
export function isAutovacuumOn(server: ServerSettings): boolean {
  return server.get('autovacuum')?.value !== 'off' && server.get('track_counts')?.value !== 'off';
}

/**
 * Computes when autovacuum would vacuum a table, by its own storage parameters or else the server's settings.
 * Since PostgreSQL 18 only unfrozen pages count for inserts; taking all of them errs towards silence.
 * @source PostgreSQL docs 24.1.6 "The Autovacuum Daemon"; src/backend/postmaster/autovacuum.c
 */
export function autovacuumRule(table: TableFacts, server: ServerSettings): AutovacuumRule {
  const options = new Map(table.options.map((option) => splitOption(option)));
  const read = (name: string, fallback: number): number => {
    const own = options.get(name);
    return own === undefined ? (server.get(name)?.number ?? fallback) : Number(own);
  };
  const rows = table.estimatedRows ?? 0;
  const scaled = read('autovacuum_vacuum_threshold', 50) + read('autovacuum_vacuum_scale_factor', 0.2) * rows;
  const most = read('autovacuum_vacuum_max_threshold', -1);
  const inserts = read('autovacuum_vacuum_insert_threshold', 1000);
  return {
    isEnabled: isAutovacuumOn(server) && !isOff(options.get('autovacuum_enabled')),
    deadRows: most >= 0 ? Math.min(scaled, most) : scaled,
    insertedRows: inserts < 0 ? null : inserts + read('autovacuum_vacuum_insert_scale_factor', 0.2) * rows,
    changedRows:
      read('autovacuum_analyze_threshold', 50) + read('autovacuum_analyze_scale_factor', 0.1) * rows,
  };
}

function splitOption(option: string): readonly [name: string, value: string] {
  const at = option.indexOf('=');
  return [option.slice(0, at), option.slice(at + 1)];
}

/** A switch as `create table … with` takes it. */
function isOff(value: string | undefined): boolean {
  return value !== undefined && ['false', 'off', 'no', '0', 'f', 'n'].includes(value.toLowerCase());
}
