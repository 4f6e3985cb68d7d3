import { formatCount, groupBy } from '../../kernel/index.ts';
import { shortenStatement } from '../fit-text.ts';
import type { IndexReport } from './types.ts';

/** Place in a statement, as PostgreSQL's reason for refusing it names one: it differs where the reason is the same. */
const PLACE = / \(line \d+, column \d+: .{0,30}\)/;

/** Statements that were left out for one reason. */
export interface SkippedGroup {
  readonly reason: string;
  readonly count: number;
  /** Each text once, on one line, with how often it comes. */
  readonly statements: readonly string[];
}

/**
 * Groups the statements that were left out by reason, the reason of most of them first.
 * @param width columns that a statement is cut to
 */
export function groupSkipped(
  skipped: IndexReport['advice']['skipped'],
  width: number,
): readonly SkippedGroup[] {
  return [...groupBy(skipped, ({ reason }) => reason.replace(PLACE, ''))]
    .map(([reason, group]) => ({
      // A reason that stands alone keeps its place.
      reason: group.length === 1 ? (group[0]?.reason ?? reason) : reason,
      count: group.length,
      statements: [...groupBy(group, ({ sql }) => shortenStatement(sql, width))].map(([sql, same]) =>
        same.length === 1 ? sql : `${formatCount(same.length)} × ${sql}`,
      ),
    }))
    .toSorted((a, b) => b.count - a.count);
}
