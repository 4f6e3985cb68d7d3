import { escapeControls } from '../../kernel/index.ts';
import { wrap } from '../fit-text.ts';
import { groupGaps, listSome } from '../overview.ts';
import type { AuditReport } from '../types.ts';
import { createPaint, type TextOptions, usableWidth } from './paint.ts';

/** Checks and reasons named per remedy unless everything is asked for. */
const SHOWN_CHECKS = 6;
const SHOWN_REASONS = 3;

/** Renders what could not be checked, grouped by what would help. */
export function renderUnavailable(
  report: Pick<AuditReport, 'unavailable'>,
  options: TextOptions & { readonly verbose?: boolean },
): readonly string[] {
  if (report.unavailable.length === 0) return [];
  const paint = createPaint(options.color);
  const room = usableWidth(options) - 4;
  const all = options.verbose === true;
  const lines = groupGaps(report.unavailable).flatMap((group) => {
    const reasons = all ? group.reasons : group.reasons.slice(0, SHOWN_REASONS);
    const hidden = group.reasons.length - reasons.length;
    return [
      ...reasons.flatMap((reason) =>
        wrap(escapeControls(reason), room).map((line, index) => `  ${index === 0 ? '?' : ' '} ${line}`),
      ),
      ...(hidden === 0 ? [] : [`    ${paint.dim(`and ${hidden} reasons more`)}`]),
      ...wrap(escapeControls(group.remedy), room - 2).map(
        (line, index) => `    ${index === 0 ? paint.good('→') : ' '} ${line}`,
      ),
      ...wrap(listSome(group.ids, all ? group.ids.length : SHOWN_CHECKS), room).map(
        (line) => `    ${paint.dim(line)}`,
      ),
    ];
  });
  return [paint.heading('Not checked'), ...lines];
}
