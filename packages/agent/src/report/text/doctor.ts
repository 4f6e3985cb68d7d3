import { escapeControls } from '../../kernel/index.ts';
import { wrap } from '../fit-text.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from './paint.ts';

/** One thing that pgsteward can or cannot use on a target. */
export interface DoctorCheck {
  /** Such as `extension/hypopg`. */
  readonly id: string;
  readonly status: 'ok' | 'degraded' | 'missing';
  /** What was found. */
  readonly what: string;
  /** What it adds where it is there. */
  readonly adds: string;
  /** How to get it; empty when it is there. */
  readonly remedy: string;
}

/** Renders what pgsteward can see on a target, and what each missing piece would add. */
export function renderDoctorText(checks: readonly DoctorCheck[], options: TextOptions): string {
  const paint = createPaint(options.color);
  const room = usableWidth(options) - 4;
  const lines = checks.flatMap((check) => {
    const [first = '', ...rest] = wrap(`${escapeControls(check.id)}: ${escapeControls(check.what)}`, room);
    const help =
      check.status === 'ok'
        ? []
        : [
            ...wrap(`adds ${escapeControls(check.adds)}`, room).map(paint.dim),
            ...wrap(escapeControls(check.remedy), room - 2).map((line, index) =>
              index === 0 ? `${paint.good('→')} ${line}` : `  ${line}`,
            ),
          ];
    return [`${mark(check, paint)} ${first}`, ...[...rest, ...help].map((line) => `    ${line}`)];
  });
  const good = checks.filter((check) => check.status === 'ok').length;
  const summary = `${good} of ${checks.length} in full use`;
  return `${[...lines, '', paint.bold(summary)].join('\n')}\n`;
}

function mark({ status }: DoctorCheck, paint: Paint): string {
  if (status === 'ok') return paint.good(' ✔ ');
  return status === 'degraded' ? paint.warn(' ! ') : paint.dim(' – ');
}
