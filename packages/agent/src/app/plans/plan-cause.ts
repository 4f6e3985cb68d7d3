import { displayName, formatCount } from '../../kernel/index.ts';
import { type Plan, planNodes } from '../../planner/index.ts';
import type { StoredEvent } from '../../series/index.ts';

/** Why a plan changed, as far as it can be told. */
export interface PlanCause {
  readonly kind: 'version' | 'setting' | 'ddl' | 'growth' | 'statistics' | 'unknown';
  /** For a person: `work_mem: 4MB → 64MB`. */
  readonly text: string;
}

/** What is known of a table between the two plans. */
export interface TableChange {
  readonly schema: string;
  readonly name: string;
  /** Live rows when the plan before was last seen, and now; null when not known. */
  readonly rowsBefore: number | null;
  readonly rowsNow: number | null;
  /** How often it was analyzed in between. */
  readonly analyzes: number;
}

/** Two plans of a statement and what happened between them. */
export interface PlanChange {
  readonly before: Plan;
  readonly after: Plan;
  /** What happened since the plan before was last seen, oldest first. */
  readonly events: readonly StoredEvent[];
  readonly tables: readonly TableChange[];
}

/** Growth of a table from which it may be what changed a plan. */
const GROWTH = 1.2;

/** Settings that the planner looks at. @source PostgreSQL docs 19.7 "Query Planning", 19.4, 19.10 */
const PLANNER_SETTING =
  /^(enable_|.*_cost$|jit|.*work_mem$|hash_mem_multiplier|effective_|.*collapse_limit$|geqo|constraint_exclusion|cursor_tuple_fraction|default_statistics_target|plan_cache_mode|recursive_worktable_factor|max_parallel_|min_parallel_|parallel_|search_path)/;

/** Names the likeliest cause: the server's version, then settings, schema, growth, statistics. */
export function causeOfChange(change: PlanChange): PlanCause {
  return (
    versionCause(change) ??
    settingCause(change) ??
    schemaCause(change) ??
    growthCause(change) ??
    statisticsCause(change) ?? { kind: 'unknown', text: 'nothing that pgsteward sees changed in between' }
  );
}

function versionCause({ events }: PlanChange): PlanCause | null {
  const event = events.findLast(({ kind, subject }) => kind === 'version' && subject !== '');
  if (event === undefined) return null;
  return { kind: 'version', text: `${event.subject}: ${shown(event, 'before')} → ${shown(event, 'after')}` };
}

function settingCause({ before, after, events }: PlanChange): PlanCause | null {
  const names = new Set([...Object.keys(before.settings), ...Object.keys(after.settings)]);
  const changed = [...names].filter((name) => before.settings[name] !== after.settings[name]);
  const own = changed.map(
    (name) => `${name}: ${before.settings[name] ?? 'the default'} → ${after.settings[name] ?? 'the default'}`,
  );
  if (own.length > 0) return { kind: 'setting', text: own.join(', ') };
  const event = events.findLast(({ kind, subject }) => kind === 'setting' && PLANNER_SETTING.test(subject));
  if (event === undefined) return null;
  return { kind: 'setting', text: `${event.subject}: ${shown(event, 'before')} → ${shown(event, 'after')}` };
}

/** Indexes that one of the plans reads, and tables of both, that came or went. */
function schemaCause({ before, after, events }: PlanChange): PlanCause | null {
  const names = new Set(
    [before, after].flatMap(({ root }) =>
      planNodes(root).flatMap(({ index, table }) => [
        ...(index === null ? [] : [index.name]),
        ...(table === null ? [] : [table.name]),
      ]),
    ),
  );
  const event = events.findLast(
    ({ kind, subject }) =>
      kind === 'ddl' && [...names].some((name) => subject === name || subject.endsWith(`.${name}`)),
  );
  if (event === undefined) return null;
  const what = [event.detail['object'], event.subject, event.detail['change']].filter(
    (part) => part !== undefined,
  );
  return { kind: 'ddl', text: what.join(' ') };
}

function growthCause({ tables }: PlanChange): PlanCause | null {
  const grown = tables
    .flatMap((table) => {
      const { rowsBefore, rowsNow } = table;
      if (rowsBefore === null || rowsNow === null) return [];
      const factor = Math.max(1, rowsNow) / Math.max(1, rowsBefore);
      return [{ ...table, rowsBefore, rowsNow, factor: factor >= 1 ? factor : 1 / factor }];
    })
    .filter(({ factor }) => factor >= GROWTH)
    .toSorted((a, b) => b.factor - a.factor)[0];
  if (grown === undefined) return null;
  const rows = `${formatCount(grown.rowsBefore)} → ${formatCount(grown.rowsNow)} rows`;
  return { kind: 'growth', text: `${displayName(grown.schema, grown.name)}: ${rows}` };
}

function statisticsCause({ tables }: PlanChange): PlanCause | null {
  const analyzed = tables.filter(({ analyzes }) => analyzes > 0);
  if (analyzed.length === 0) return null;
  const names = analyzed.map(({ schema, name }) => displayName(schema, name));
  return { kind: 'statistics', text: `${names.join(', ')} analyzed in between` };
}

function shown({ detail }: StoredEvent, name: string): string {
  return String(detail[name] ?? 'none');
}
