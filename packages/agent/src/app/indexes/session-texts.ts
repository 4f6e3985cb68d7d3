import { activityQuery, runCatalogQuery, type SessionRow } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Snapshot } from '../../observe/index.ts';
import type { Session } from '../../postgres/index.ts';

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

function ownCalls(rows: readonly SessionRow[]): readonly { readonly pid: number; readonly text: string }[] {
  return rows.flatMap(({ pid, query, isOwn, isHere }) =>
    isOwn || !isHere || query === null ? [] : [{ pid, text: query }],
  );
}
