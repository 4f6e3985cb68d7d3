import { activityQuery, runCatalogQuery, type SessionRow } from '../../catalog/index.ts';
import { type Clock, groupBy } from '../../kernel/index.ts';
import type { Snapshot } from '../../observe/index.ts';
import type { Session } from '../../postgres/index.ts';
import { fingerprintOf } from '../../sql/index.ts';

/** Looks at the sessions at least and at most, and the time between two of them. */
const LOOKS = 20;
const MOST_LOOKS = 100;
const PAUSE_MS = 100;

/** Texts of the statements that the application's sessions run or ran last, as it sends them; one for each call seen. */
export function textsOf(snapshot: Snapshot): readonly string[] {
  const { activity } = snapshot.sections;
  return activity.status === 'ok' ? ownCalls(activity.data).map(({ text }) => text) : [];
}

/**
 * Looks at the sessions again and again, since each shows one statement at a time: for two seconds, and on while something else is waited
 * for, ten seconds at most; not at all when none are there.
 * @param session not within a transaction, which would see the sessions of its beginning
 */
export async function sampleTexts(
  session: Session,
  snapshot: Snapshot,
  {
    clock,
    signal,
    meanwhile,
  }: {
    readonly clock: Clock;
    readonly signal?: AbortSignal | undefined;
    readonly meanwhile: Promise<unknown>;
  },
): Promise<readonly string[]> {
  const texts: string[] = [];
  const last = new Map<number, string>();
  let most = MOST_LOOKS;
  // Whoever waits for it hears of its failure.
  const end = (): void => {
    most = LOOKS;
  };
  meanwhile.then(end, end);
  for (let look = 0; look < most && textsOf(snapshot).length > 0; look += 1) {
    await clock.sleep(PAUSE_MS, signal);
    const result = await runCatalogQuery(session, activityQuery);
    for (const { pid, text } of result.ok ? ownCalls(result.rows) : []) {
      // The same text again may be the same call still.
      if (last.get(pid) !== text) texts.push(text);
      last.set(pid, text);
    }
  }
  return texts;
}

/** Calls with the same values after which these count as the application's constants. */
const SAME_CALLS = 2;

/**
 * Gives the texts of sessions by their fingerprint: what pg_stat_statements shows as `$3` may be a constant of the application there.
 * In texts without parameters of their own the values of one call may stand where constants do: they count when all calls seen have the
 * same.
 */
export function textsByFingerprint(texts: readonly string[]): ReadonlyMap<string | null, string> {
  const calls = groupBy(texts, fingerprintOf);
  return new Map(
    [...calls].flatMap(([print, seen]) => {
      const text = seen.find((one) => /\$\d/.test(one));
      if (print === null || text !== undefined) return text === undefined ? [] : [[print, text] as const];
      const isSame = seen.length >= SAME_CALLS && new Set(seen).size === 1;
      return isSame ? seen.slice(0, 1).map((one) => [print, one] as const) : [];
    }),
  );
}

function ownCalls(rows: readonly SessionRow[]): readonly { readonly pid: number; readonly text: string }[] {
  return rows.flatMap(({ pid, query, isOwn, isHere }) =>
    isOwn || !isHere || query === null ? [] : [{ pid, text: query }],
  );
}
