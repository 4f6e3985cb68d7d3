import { escapeControls, groupBy } from '../../kernel/index.ts';
import { shorten } from '../fit-text.ts';
import type { AuditReport, ReportedFinding } from '../types.ts';
import { renderFindingBlock, renderFindingLine } from './finding-line.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from './paint.ts';

/** Findings of one check shown in full, and subjects of a group of notes, unless everything is asked for. */
const SHOWN_PER_CHECK = 3;
const SHOWN_NOTES = 2;

/** Renders the findings, worst first: notes as one group per check, unless everything is asked for. */
export function renderFindings(
  report: AuditReport,
  options: TextOptions & { readonly verbose?: boolean },
): readonly string[] {
  const paint = createPaint(options.color);
  if (report.findings.length === 0) {
    return [paint.heading('Findings'), `  ${paint.good('✔')} nothing found above its threshold`];
  }
  if (options.verbose === true) {
    return [
      paint.heading('Findings'),
      ...joinBlocks(report.findings.map((f) => renderFindingBlock(f, options))),
    ];
  }
  const loud = report.findings.filter((finding) => finding.severity !== 'info');
  const notes = report.findings.filter((finding) => finding.severity === 'info');
  return [
    ...(loud.length === 0 ? [] : [paint.heading('Findings'), ...renderLoud(loud, options, paint)]),
    ...(loud.length === 0 || notes.length === 0 ? [] : ['']),
    ...(notes.length === 0 ? [] : [paint.heading('Notes'), ...renderNotes(notes, options, paint)]),
  ];
}

/** Shows the first few of each check, and one line for the others of the same kind after the last of them. */
function renderLoud(
  findings: readonly ReportedFinding[],
  options: TextOptions,
  paint: Paint,
): readonly string[] {
  const groups = groupBy(findings, (finding) => `${finding.severity} ${finding.id}`);
  const blocks = [...groups.values()].flatMap((members) => {
    const shown = members.length <= SHOWN_PER_CHECK + 1 ? members : members.slice(0, SHOWN_PER_CHECK);
    const rest = members.length - shown.length;
    const id = escapeControls(members[0]?.id ?? '');
    const more = shorten(`… ${rest} more of ${id}: see --verbose`, usableWidth(options) - 12);
    return [
      ...shown.map((finding) => renderFindingBlock(finding, options)),
      ...(rest === 0 ? [] : [[`${' '.repeat(12)}${paint.dim(more)}`]]),
    ];
  });
  return joinBlocks(blocks);
}

function renderNotes(
  notes: readonly ReportedFinding[],
  options: TextOptions,
  paint: Paint,
): readonly string[] {
  const room = usableWidth(options) - 12;
  return [...groupBy(notes, (finding) => finding.id)].flatMap(([id, members]) => {
    const shown = members.length <= SHOWN_NOTES + 1 ? members : members.slice(0, SHOWN_NOTES);
    const rest = members.length - shown.length;
    const more = shorten(`… ${rest} more of ${escapeControls(id)}`, room);
    return [
      ...shown.map((finding) => renderFindingLine(finding, options)),
      ...(rest === 0 ? [] : [`${' '.repeat(12)}${paint.dim(more)}`]),
    ];
  });
}

function joinBlocks(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
}
