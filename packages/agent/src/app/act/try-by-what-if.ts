import { ACT_SETTINGS, type AdvanceOptions, type RelationName, type Trial } from '../../act/index.ts';
import type { WorkloadStatement } from '../../advise/index.ts';
import { catalogueOf, isQueryText, shortenStatement } from '../../diagnose/index.ts';
import {
  type Clock,
  countOf,
  displayName,
  formatCount,
  formatRatio,
  PgstewardError,
} from '../../kernel/index.ts';
import { type Snapshot, type StatementRow, takeSnapshot } from '../../observe/index.ts';
import type { Planner } from '../../planner/index.ts';
import { POSTGRES_ERRORS, type Session } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { redactLiterals, relationNames } from '../../sql/index.ts';
import { tooManyRelations } from '../indexes/audit-indexes.ts';
import { chooseWorkload } from '../indexes/choose-statements.ts';
import { readViews } from '../indexes/read-views.ts';
import { textsOf } from '../indexes/session-texts.ts';
import { withTypicalValues } from '../indexes/typical-values.ts';
import { openTargetPlanner } from '../planner.ts';

/** What a trial is made with. */
interface TrialOptions {
  readonly settings: Settings;
  readonly clock: Clock;
}

/** An index that may go, and where. */
interface Dropped {
  readonly index: RelationName;
  readonly table: RelationName;
}

/**
 * Tries the drop of an index before it is dropped: the recorded statements that name its table are planned in the
 * target's shadow, with the index and without it. Other kinds of actions are not tried.
 */
export function tryByWhatIf({ settings, clock }: TrialOptions): AdvanceOptions['tryOut'] {
  return async ({ change }, { table, facts }, { reader, onProgress, signal }) => {
    if (change.kind !== 'drop-index' || table === null) return null;
    if (facts['wasValid'] === false) return passed('the index is invalid, and no plan uses it');
    const index = { schema: String(facts['schema']), name: String(facts['name']) };
    try {
      return await tryDrop({ index, table }, reader, { settings, clock, onProgress, signal });
    } catch (error) {
      // A target that is lost is looked at again; a shadow that cannot be had is a reason.
      const isLost = error instanceof PgstewardError && error.code === POSTGRES_ERRORS.CONNECTION_LOST.code;
      if (signal.aborted || isLost) throw error;
      return impossible(error instanceof Error ? error.message : String(error));
    }
  };
}

type Opened = Parameters<typeof openTargetPlanner>[1];

async function tryDrop(dropped: Dropped, session: Session, options: Opened): Promise<Trial> {
  const snapshot = await takeSnapshot(session, options);
  const { statements: recorded } = snapshot.sections;
  if (recorded.status !== 'ok') return impossible(`the statements are not known: ${recorded.reason}`);
  const tooMany = tooManyRelations(snapshot);
  if (tooMany !== null) return impossible(tooMany);
  const naming = await statementsOn(dropped.table, recorded.data, { session, snapshot });
  const { statements, skipped } = chooseWorkload(
    {
      snapshot: {
        ...snapshot,
        sections: { ...snapshot.sections, statements: { ...recorded, data: naming } },
      },
      interval: null,
      plans: null,
    },
    { ...options, statementFiles: [], isFromFilesOnly: false },
    textsOf(snapshot),
  );
  const [unread] = skipped;
  if (unread !== undefined) return impossible(`statement ${unread.id} cannot be planned: ${unread.reason}`);
  if (statements.length === 0)
    return passed(`no recorded statement names ${displayName(dropped.table.schema, dropped.table.name)}`);
  const planner = await openTargetPlanner(session, options);
  try {
    return await compare(statements, planner, { ...dropped, settings: options.settings });
  } finally {
    await planner.close();
  }
}

/**
 * Gives the recorded statements that may read or write a table: by its name, one of its partitions' or parents', or that
 * of a view on it. What cannot be read may name it too.
 */
async function statementsOn(
  table: RelationName,
  rows: readonly StatementRow[],
  { session, snapshot }: { readonly session: Session; readonly snapshot: Snapshot },
): Promise<readonly StatementRow[]> {
  const queries = rows.filter(({ isOwn, query }) => !isOwn && isQueryText(query) !== false);
  const views = await readViews(
    session,
    queries.map(({ query }) => ({ sql: query ?? '' })),
  );
  const names = new Set(familyOf(table, snapshot));
  const isOn = (sql: string): boolean => relationNames(sql).some((name) => names.has(name));
  for (let known = 0; known < names.size; ) {
    known = names.size;
    for (const [view, sql] of views) if (isOn(sql)) names.add(view.slice(view.indexOf('.') + 1));
  }
  return queries.filter(({ query, queryLength }) => {
    if (query === null || isQueryText(query) === null) return true;
    const isCutOff = queryLength > query.length;
    return isCutOff ? [...names].some((name) => query.includes(name)) : isOn(query);
  });
}

/** Names of a table and of all that belong to the same partitioned table. */
function familyOf({ schema, name }: RelationName, snapshot: Snapshot): readonly string[] {
  const { tables } = snapshot.sections;
  const { table, root } = catalogueOf(snapshot);
  const own = table({ schema, name });
  if (own === null || tables.status !== 'ok') return [name];
  const top = root(own);
  return tables.data.filter((one) => root(one) === top).map((one) => one.name);
}

/** Plans statements with an index and without it, with values that their parameters typically have. */
async function compare(
  chosen: readonly WorkloadStatement[],
  planner: Planner,
  { index, table, settings }: Dropped & { readonly settings: Settings },
): Promise<Trial> {
  if (!(await planner.hasIndex(index))) return impossible('the shadow does not have the index');
  const { statements, plans } = await withTypicalValues(chosen, planner);
  const refused = plans.find((one) => one.plans.length === 0);
  if (refused !== undefined)
    return impossible(`statement ${refused.queryId} cannot be planned: ${refused.refusal}`);
  const [before, after] = [
    await costsOf(statements, planner, []),
    await costsOf(statements, planner, [index]),
  ];
  const limit = 1 + settings.get(ACT_SETTINGS.dearerRatio);
  const floor = settings.get(ACT_SETTINGS.minimumCost);
  const dearer = statements
    .map(({ sql }, place) => ({ sql, before: before[place] ?? 0, after: after[place] ?? 0 }))
    .filter((one) => one.after >= floor && one.after > one.before * limit)
    .toSorted((a, b) => b.after / b.before - a.after / a.before);
  const [worst] = dearer;
  const tried = `${countOf(statements.length, 'statement')} on ${displayName(table.schema, table.name)}`;
  if (worst === undefined) return passed(`none of ${tried} is dearer without the index`);
  const costs = `"${shortenStatement(redactLiterals(worst.sql))}" costs ${formatCount(worst.before)} with it and ${formatCount(worst.after)} without`;
  const by = `planned by PostgreSQL ${planner.serverVersion}, ${planner.provider}`;
  const text = `not dropped: ${dearer.length} of ${tried} would be dearer without the index: ${costs} (${by}); ${ACT_SETTINGS.dearerRatio.key} allows ${formatRatio(limit - 1)} more`;
  return { outcome: 'harmful', text };
}

/** Cost of each statement, over its typical values. */
async function costsOf(
  statements: readonly WorkloadStatement[],
  planner: Planner,
  hide: readonly RelationName[],
): Promise<readonly number[]> {
  const asked = statements.flatMap(({ variants }) => variants.map(({ statement }) => statement));
  const answers = (await planner.plan(asked, { add: [], hide })).values();
  return statements.map(({ variants }) =>
    variants.reduce((sum, { share }) => {
      const answer = answers.next().value;
      return sum + (answer?.kind === 'plan' ? share * answer.plan.root.totalCost : 0);
    }, 0),
  );
}

function passed(text: string): Trial {
  return { outcome: 'passed', text };
}

function impossible(reason: string): Trial {
  return { outcome: 'impossible', text: `what would be dearer without the index is not known: ${reason}` };
}
