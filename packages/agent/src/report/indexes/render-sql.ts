import { escapeControls, formatBytes } from '../../kernel/index.ts';
import { shortenStatement } from '../fit-text.ts';
import { summarizeAdvice } from './summary.ts';
import type { IndexReport } from './types.ts';

/** Statements of an index that a comment shows. */
const SHOWN_STATEMENTS = 3;
const COMMENT_WIDTH = 100;

/**
 * Renders the proposals as a migration: each statement to be run by itself, since `concurrently` refuses transaction
 * blocks, with its undo as a comment beside it, and all undos again at the end in the order that takes them back.
 */
export function renderIndexesSql(report: IndexReport): string {
  const summary = summarizeAdvice(report);
  const head = [
    `pgsteward indexes: ${report.target.name}, database ${report.target.database}, ${report.startedAt}`,
    `${summary.headline} (planned by PostgreSQL ${report.planner.serverVersion}, ${report.planner.provider}); measure before you believe it`,
    ...(report.advice.status === 'converged' ? [] : [`${summary.ending}: a longer one may find more`]),
    'run each statement by itself, outside a transaction block',
  ];
  const blocks = report.proposals.map((proposal, index) =>
    [
      ...comment(`${index + 1}. ${proposal.title}`),
      ...servedBy(report, proposal.id).flatMap(comment),
      ...proposal.do,
      ...proposal.undo.flatMap((sql) => comment(`undo: ${sql}`)),
      ...(proposal.afterwards ?? []).flatMap(({ what, sql }) => comment(`${what}: ${sql}`)),
    ].join('\n'),
  );
  const undos = report.proposals.toReversed().flatMap((proposal) => proposal.undo);
  const tail =
    undos.length === 0 ? [] : [[...comment('to take all of it back:'), ...undos.flatMap(comment)].join('\n')];
  return `${[head.flatMap(comment).join('\n'), ...blocks, ...tail].join('\n\n')}\n`;
}

/** A line break in a name would end the comment. */
function comment(text: string): readonly string[] {
  return [`-- ${escapeControls(text)}`];
}

function servedBy({ advice }: IndexReport, proposalId: string): readonly string[] {
  const index = advice.indexes.find(
    (one) => proposalId.endsWith(`.${one.name}`) && proposalId.startsWith('create-index/'),
  );
  if (index === undefined) return [];
  const served = advice.statements.filter((one) => index.statements.includes(one.id));
  const rest = served.length - SHOWN_STATEMENTS;
  return [
    `${index.why} · ${formatBytes(index.sizeBytes)}`,
    ...served
      .slice(0, SHOWN_STATEMENTS)
      .map((one) => `serves ${one.id}: ${shortenStatement(one.sql, COMMENT_WIDTH)}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
}
