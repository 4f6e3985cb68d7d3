import { columnsOf } from '../relations.ts';
import type { Audit } from '../types.ts';
import { renderColumnsText } from './columns.ts';
import { renderFindings } from './findings.ts';
import { createPaint, type Paint, type TextOptions } from './paint.ts';
import { renderProposals } from './proposals.ts';
import { renderSizesText } from './sizes.ts';
import { renderGlance, renderHeader, renderObjectives } from './summary.ts';
import { renderUnavailable } from './unavailable.ts';

/** How a terminal report is drawn. */
export interface RenderTextOptions extends TextOptions {
  /** Every finding and proposal in full, column statistics and sizes. */
  readonly verbose?: boolean;
  /** URL of the target for the commands at the end; left out where they find it by themselves. */
  readonly url?: string;
}

/** Renders an audit for a terminal, worst first; ends with a line break. */
export function renderText(audit: Audit, options: RenderTextOptions): string {
  const { report, snapshot } = audit;
  const paint = createPaint(options.color);
  const parts: readonly (readonly string[])[] = [
    renderHeader(report, options),
    renderGlance(report, options),
    renderObjectives(report, options),
    renderFindings(report, options),
    renderProposals(report, options),
    renderUnavailable(report, options),
    ...(options.verbose === true
      ? [
          [paint.heading('Sizes'), ...renderSizesText(snapshot, options).split('\n')],
          [paint.heading('Columns'), ...renderColumnsText(columnsOf(snapshot), options).split('\n')],
        ]
      : []),
    renderFooter(options, paint),
  ];
  const lines = parts.filter((part) => part.length > 0).flatMap((part) => [...part, '']);
  return lines.join('\n');
}

function renderFooter(options: RenderTextOptions, paint: Paint): readonly string[] {
  const commands: readonly (readonly [string, string])[] = [
    ...(options.verbose === true ? [] : [['audit --verbose', 'every finding and proposal'] as const]),
    ['audit --format html --output audit.html', 'the same with charts'],
    ['queries', 'the statements that cost most'],
    ['doctor', 'what would let pgsteward see more'],
  ];
  const isWide = options.width >= 80;
  return commands.map(([command, what]) => {
    const shown = `pgsteward ${command}`;
    if (options.url !== undefined) return `  ${paint.command(`${shown} '${options.url}'`)}`;
    return isWide ? `  ${paint.command(shown.padEnd(50))} ${paint.dim(what)}` : `  ${paint.command(shown)}`;
  });
}
