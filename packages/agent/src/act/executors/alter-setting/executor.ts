import { setTimeout as sleep } from 'node:timers/promises';
import {
  ownSettingQuery,
  runCatalogQuery,
  type SettingStateRow,
  settingStateQuery,
  systemSettingQuery,
} from '../../../catalog/index.ts';
import { MEMORY_SETTINGS } from '../../../settings/index.ts';
import type { Execution, Executor, Obstacle, Prepared, Presence } from '../../types.ts';
import { mustRead, NotDone, obstacle, runInTurn } from '../shared.ts';
import { memoryObstacle } from './memory-guard.ts';
import { readSetting, settingStatements, type WantedSetting } from './statement.ts';

const LOAD_MS = 5_000;
const POLL_MS = 50;

/**
 * Sets or resets one setting of the server, a database or a role, and keeps the value that stood there before, to the letter.
 * @source PostgreSQL docs, ALTER SYSTEM; 19.1.2 "Parameter Interaction via the Configuration File"
 */
export const alterSetting: Executor = {
  kind: 'alter-setting',
  read: (statements) => {
    const wanted = readSetting(statements);
    return wanted === null ? null : { kind: 'alter-setting', statements, object: wanted.name, table: null };
  },
  prepare,
  inspect,
  apply: (execution) => runAndLoad(execution, execution.change.statements),
  // What is written and not loaded is loaded.
  cleanUp: async () => null,
  undo: (execution, prepared) => runAndLoad(execution, prepared.undo),
};

async function prepare(
  execution: Execution,
): Promise<{ readonly obstacles: readonly Obstacle[] } | Prepared> {
  const wanted = wantedBy(execution);
  const states = await readStates(execution);
  const state = states.find(({ name }) => name === wanted.name);
  if (state === undefined) return obstacle(`this server has no setting ${wanted.name}`, false);
  const missing = missingRights(wanted, state, execution);
  if (missing !== null) return obstacle(`the acting role may not change it: ${missing}`, true);
  const written = await readWritten(wanted, state, execution);
  if (written.value === wanted.value) {
    const reason = wanted.value === null ? 'is not set there' : `is ${wanted.value} there already`;
    return obstacle(`${wanted.name} ${reason}`, false);
  }
  const refused = memoryObstacle(wanted, states, execution.settings);
  if (refused !== null) return { obstacles: [refused] };
  const prepared: Prepared = {
    table: null,
    undo: settingStatements({ ...wanted, value: written.value }),
    facts: { writtenBefore: written.value, valueBefore: state.value, isExact: written.isExact },
  };
  const afterwards = afterwardsOf(wanted, state);
  return afterwards === null ? prepared : { ...prepared, afterwards };
}

function wantedBy({ change }: Execution): WantedSetting {
  const wanted = readSetting(change.statements);
  if (wanted === null) throw new NotDone('it is no setting that pgsteward may change');
  return wanted;
}

function readStates({ session, change }: Execution): Promise<readonly SettingStateRow[]> {
  return mustRead(session, settingStateQuery, [[change.object, ...MEMORY_SETTINGS]]);
}

function missingRights(
  { level, name }: WantedSetting,
  state: SettingStateRow,
  execution: Execution,
): string | null {
  if (level.kind === 'own') return null;
  const { user, versionNumber } = execution.session.capabilities;
  if (!state.mayAlterSystem) {
    return versionNumber < 150_000
      ? 'before PostgreSQL 15 only a superuser may ALTER SYSTEM'
      : `grant alter system on parameter ${name} to ${user}`;
  }
  return state.mayReload ? null : `grant execute on function pg_catalog.pg_reload_conf() to ${user}`;
}

function afterwardsOf({ level }: WantedSetting, { context }: SettingStateRow): string | null {
  if (level.kind === 'own') return 'new sessions take it';
  if (context === 'postmaster') return 'restart pending: it takes effect when the server is started again';
  return context === 'backend' || context === 'superuser-backend' ? 'new sessions take it' : null;
}

/** A value as it was written, or as it can be told from what is in force. */
interface Written {
  readonly value: string | null;
  readonly isExact: boolean;
}

/**
 * Reads what was written where the setting is to be written. The file of ALTER SYSTEM is for superusers and those who
 * were let; a member of pg_read_all_settings sees from which file the value in force came, which is enough while nothing
 * overrides it.
 * @throws NotDone when it cannot be told
 */
async function readWritten(
  { level, name }: WantedSetting,
  state: SettingStateRow,
  { session }: Execution,
): Promise<Written> {
  if (level.kind === 'own') {
    const [row] = await mustRead(session, ownSettingQuery, [name, level.database, level.role]);
    return { value: row?.value ?? null, isExact: true };
  }
  const result = await runCatalogQuery(session, systemSettingQuery, [name]);
  if (result.ok) return { value: result.rows[0]?.value ?? null, isExact: true };
  const { source, sourceFile, value, isPendingRestart, maySeeFiles } = state;
  const isPlain = source === 'default' || source === 'configuration file';
  if (!maySeeFiles || !isPlain || isPendingRestart) {
    throw new NotDone(
      `what ALTER SYSTEM set before cannot be seen, so it could not be put back: ${result.unavailable.remedy}`,
    );
  }
  const isOwn = sourceFile?.endsWith('/postgresql.auto.conf') === true;
  return { value: isOwn ? value : null, isExact: false };
}

async function inspect(execution: Execution, { facts }: Prepared): Promise<Presence> {
  const wanted = wantedBy(execution);
  const state = (await readStates(execution)).find(({ name }) => name === wanted.name);
  if (state === undefined) return 'absent';
  const isChanged = state.value !== facts['valueBefore'];
  // From what is in force alone it cannot be told that nothing was written.
  if (facts['isExact'] === false) return isChanged ? 'present' : 'partial';
  const { value } = await readWritten(wanted, state, execution);
  const isLate = wanted.level.kind === 'system' && state.context !== 'postmaster';
  if (value === wanted.value) return isLate && !isChanged ? 'partial' : 'present';
  // Put back, and not loaded yet; what somebody else wrote meanwhile is theirs.
  return value === facts['writtenBefore'] && isLate && isChanged ? 'partial' : 'absent';
}

/** Runs statements, and waits until this session has read the configuration that they wrote. */
async function runAndLoad(execution: Execution, statements: readonly string[]): Promise<void> {
  const before = await loadedAt(execution);
  await runInTurn(execution, statements);
  if (wantedBy(execution).level.kind === 'own') return;
  for (let waitedMs = 0; waitedMs < LOAD_MS && (await loadedAt(execution)) === before; waitedMs += POLL_MS) {
    await sleep(POLL_MS);
  }
}

async function loadedAt(execution: Execution): Promise<string | null> {
  return (await readStates(execution))[0]?.loadedAt ?? null;
}
