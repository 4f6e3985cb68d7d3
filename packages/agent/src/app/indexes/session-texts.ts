import { activityQuery, runCatalogQuery, type SessionRow } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Snapshot } from '../../observe/index.ts';
import type { Session } from '../../postgres/index.ts';

/** Looks at the sessions, and the time between two of them. */
const LOOKS = 20;
const PAUSE_MS = 100;

/** Texts of the statements that the application's sessions run or ran last, as it sends them. */
export function textsOf(snapshot: Snapshot): readonly string[] {
  const { activity } = snapshot.sections;
  return activity.status === 'ok' ? ownTexts(activity.data) : [];
}

/** Looks at the sessions again and again for two seconds, since each shows one statement at a time; not at all when none are there. */
export async function sampleTexts(
  session: Session,
  snapshot: Snapshot,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<readonly string[]> {
  const texts = new Set(textsOf(snapshot));
  for (let look = 0; look < LOOKS && texts.size > 0; look += 1) {
    await clock.sleep(PAUSE_MS, signal);
    const result = await runCatalogQuery(session, activityQuery);
    for (const text of result.ok ? ownTexts(result.rows) : []) texts.add(text);
  }
  return [...texts];
}

function ownTexts(rows: readonly SessionRow[]): readonly string[] {
  return rows.flatMap(({ query, isOwn, isHere }) => (isOwn || !isHere || query === null ? [] : [query]));
}
