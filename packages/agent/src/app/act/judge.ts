import {
  type Action,
  type ActionKind,
  type ActionPromise,
  type Judgement,
  judgeAction,
  type RelationName,
  type StatementRole,
  type StatementTick,
  type StatementTicks,
  verdictLimits,
} from '../../act/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Settings } from '../../settings/index.ts';
import { type ParsedStatement, parseStatement, type TableName } from '../../sql/index.ts';
import type { History, SeriesHistory, Store } from '../../store/index.ts';
import { WATCH_SETTINGS } from '../watch/settings.ts';

/** What a judgement is made with. */
export interface JudgeOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Other actions that were at work meanwhile: what they touch is no control. */
  readonly others: readonly Action[];
}

/** What each kind of action is for; those that are left out change no statement and are not measured. */
const PROMISES: Partial<Readonly<Record<ActionKind, ActionPromise>>> = {
  'create-index': 'faster-readers',
  'drop-index': 'free-space',
  reindex: 'no-harm',
  analyze: 'no-harm',
  vacuum: 'no-harm',
  'set-storage': 'no-harm',
  'set-statistics-target': 'no-harm',
  'create-statistics': 'no-harm',
  'alter-setting': 'whole-server',
};

/** Measures what an applied action changed, from the history of the target's statements. */
export async function judgeByHistory(action: Action, options: JudgeOptions): Promise<Judgement> {
  const promise = PROMISES[action.change.kind];
  const { begunAt, appliedAt } = action;
  if (promise === undefined || begunAt === null || appliedAt === null) {
    return { outcome: 'kept', text: 'done; it changes no statement that could be measured', verdict: null };
  }
  const { store, settings, clock } = options;
  const limits = verdictLimits(settings);
  const now = clock.now();
  const range = { fromMs: begunAt.getTime() - limits.verifyMs, toMs: now.getTime() };
  const history = await (await store.target(action.target)).history({
    kind: 'statement',
    range,
    resolution: 'raw',
  });
  const texts = await store.statementTexts(history.series.map(({ key }) => key[0] ?? ''));
  const statements = history.series.flatMap((series): readonly StatementTicks[] => {
    const fingerprint = series.key[0] ?? '';
    const role = roleOf(parseStatement(texts.get(fingerprint) ?? null), action, options.others);
    return role === null ? [] : [{ fingerprint, role, ticks: ticksOf(history, series) }];
  });
  const verdict = judgeAction({
    promise,
    statements,
    tickMs: settings.get(WATCH_SETTINGS.countersEveryMs),
    begunAt,
    appliedAt,
    now,
    limits,
  });
  const outcome = verdict.recommendation === 'revert' ? 'reverted' : verdict.outcome;
  return { outcome, text: verdict.reason, verdict };
}

/** What an action has to do with a statement; null for one that it may have touched, or another action. */
function roleOf(
  statement: ParsedStatement | null,
  action: Action,
  others: readonly Action[],
): StatementRole | null {
  const isWriter = statement !== null && statement.writes.length > 0;
  if (PROMISES[action.change.kind] === 'whole-server')
    return isWriter ? 'affected-writer' : 'affected-reader';
  if (statement === null) return null;
  const table = tableOf(action);
  if (table === null) return null;
  if (statement.writes.some((one) => isTable(one, table))) return 'affected-writer';
  if (statement.reads.some((one) => isTable(one, table))) return 'affected-reader';
  const touched = others.flatMap((other) => tableOf(other) ?? []);
  const names = [...statement.reads, ...statement.writes];
  return touched.some((other) => names.some((one) => isTable(one, other))) ? null : 'control';
}

function tableOf({ prepared, change }: Action): RelationName | null {
  return prepared?.table ?? change.table;
}

/** A statement that names no schema means whatever table of this name it finds. */
function isTable(named: TableName, table: RelationName): boolean {
  return named.name === table.name && (named.schema === null || named.schema === table.schema);
}

function ticksOf({ axis }: History, { columns }: SeriesHistory): readonly StatementTick[] {
  const ticks: StatementTick[] = [];
  axis.atMs.forEach((atMs, index) => {
    const value = (name: string): number => columns[name]?.[index] ?? 0;
    const calls = value('calls');
    if (!(calls > 0)) return;
    ticks.push({
      at: new Date(atMs),
      calls,
      totalMs: value('totalMs'),
      squaresMs2: value('squaresMs2'),
      sharedBlocksHit: value('sharedBlocksHit'),
      sharedBlocksRead: value('sharedBlocksRead'),
      tempBlocksRead: value('tempBlocksRead'),
      tempBlocksWritten: value('tempBlocksWritten'),
      walBytes: value('walBytes'),
    });
  });
  return ticks;
}
