import { groupBy } from '../../kernel/index.ts';
import { type AuditReport, compareEffects, SEVERITY_ORDER } from '../../report/index.ts';
import type { Store } from '../../store/index.ts';
import type { ActionRow } from './action-types.ts';

/**
 * Orders actions for whoever decides: of those that wait, the remedies of the worst findings first, then the largest
 * predicted effects. What is decided follows in the order that it came in.
 * @param report the last whole look; null when there was none yet
 */
export function rankActions(actions: readonly ActionRow[], report: AuditReport | null): readonly ActionRow[] {
  const severities = severitiesBySql(report);
  const severityOf = ({ statements }: ActionRow): number =>
    severities.get(sqlKey(statements)) ?? SEVERITY_ORDER.length;
  const waiting = actions.filter(({ state }) => state === 'proposed');
  return [
    ...waiting.toSorted((a, b) => severityOf(a) - severityOf(b) || compareEffects(a.effect, b.effect)),
    ...actions.filter(({ state }) => state !== 'proposed'),
  ];
}

/** Orders actions target by target, by the last look at each that the store holds. */
export async function rankByDiagnosis(
  store: Pick<Store, 'target'>,
  actions: readonly ActionRow[],
): Promise<readonly ActionRow[]> {
  const ranked: ActionRow[] = [];
  for (const [name, own] of groupBy(actions, ({ target }) => target)) {
    const kept = await (await store.target(name)).diagnosis();
    ranked.push(...rankActions(own, (kept?.report as AuditReport | undefined) ?? null));
  }
  return ranked;
}

/** Tells proposals, and the actions made of them, apart by the SQL that they run. */
export function sqlKey(statements: readonly string[]): string {
  return JSON.stringify(statements);
}

/** Places in the order of severities by the SQL of what remedies the findings, the worst of each. */
function severitiesBySql(report: AuditReport | null): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const proposal of report?.proposals ?? []) {
    const own = report?.findings.filter(({ proposals }) => proposals.includes(proposal.id)) ?? [];
    const worst = Math.min(
      ...own.map(({ severity }) => SEVERITY_ORDER.indexOf(severity)),
      SEVERITY_ORDER.length,
    );
    places.set(sqlKey(proposal.do), worst);
  }
  return places;
}
