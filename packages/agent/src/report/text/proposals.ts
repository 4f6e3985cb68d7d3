import type { Proposal } from '../../advise/index.ts';
import { escapeControls } from '../../kernel/index.ts';
import { formatEffect } from '../effect.ts';
import { displayWidth, shorten, wrap } from '../fit-text.ts';
import { rankProposals } from '../overview.ts';
import type { AuditReport } from '../types.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from './paint.ts';

/** Proposals shown with their SQL unless everything is asked for. */
const SHOWN = 5;

/**
 * Renders what to do next, the remedy of the worst finding first. SQL is never broken into lines, so that it
 * can be copied; a line break of its own stays one.
 */
export function renderProposals(
  report: AuditReport,
  options: TextOptions & { readonly verbose?: boolean },
): readonly string[] {
  if (report.proposals.length === 0) return [];
  const paint = createPaint(options.color);
  const ranked = rankProposals(report);
  const shown = options.verbose === true ? ranked : ranked.slice(0, SHOWN);
  const rest = ranked.length - shown.length;
  return [
    paint.heading('What to do next'),
    ...shown.flatMap((proposal, index) => [
      ...(index === 0 ? [] : ['']),
      ...renderProposal(proposal, index + 1, options, paint),
    ]),
    ...(rest === 0
      ? []
      : [
          '',
          `  ${paint.dim(shorten(`and ${rest} more: --verbose, --json or --format html`, usableWidth(options) - 2))}`,
        ]),
  ];
}

function renderProposal(
  proposal: Proposal,
  rank: number,
  options: TextOptions,
  paint: Paint,
): readonly string[] {
  const indent = ' '.repeat(6);
  const room = usableWidth(options) - indent.length;
  const [first = '', ...others] = wrap(escapeControls(proposal.title), room);
  const facts = [
    `${proposal.risk.level} risk`,
    proposal.undo.length === 0 ? 'nothing to undo' : 'undo available',
    formatEffect(proposal),
  ].filter((fact) => fact !== null);
  return [
    `  ${`${rank}.`.padStart(3)} ${paint.bold(first)}`,
    ...others.map((line) => indent + paint.bold(line)),
    ...proposal.do.flatMap((sql) => sqlLines(sql).map((line) => indent + paint.command(line))),
    ...(proposal.afterwards ?? []).flatMap(({ what, sql }) => [
      ...wrap(`${escapeControls(what)}:`, room).map((line) => indent + paint.dim(line)),
      ...sqlLines(sql).map((line) => indent + paint.command(line)),
    ]),
    ...wrap(facts.join(' · '), room).map((line) => indent + line),
    ...(displayWidth(proposal.risk.why) === 0 ? [] : wrap(escapeControls(proposal.risk.why), room)).map(
      (line) => indent + paint.dim(line),
    ),
  ];
}

/** Splits SQL at its own line breaks, and shows every other control character. */
function sqlLines(sql: string): readonly string[] {
  return sql.split('\n').map((line) => escapeControls(line));
}
