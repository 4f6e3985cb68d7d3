import { escapeControls } from '../../kernel/index.ts';
import { describeWorkload } from './describe.ts';
import type { TuneReport } from './types.ts';

/** Renders the recommendations as a script, each with its reason before it and its undo behind it as comments. */
export function renderTuneSql(report: TuneReport): string {
  const { target, startedAt, recommendations } = report;
  const head = [
    `pgsteward tune: ${target.name}, database ${target.database}, ${startedAt}`,
    describeWorkload(report),
    'run each statement by itself, outside a transaction block',
  ];
  const blocks = recommendations.map((one, index) =>
    [
      ...comment(`${index + 1}. ${one.setting}: ${one.current} → ${one.proposed} (${one.basis})`),
      ...comment(one.why),
      ...comment(`${one.risk.level} risk: ${one.risk.why}`),
      ...one.do,
      ...one.undo.flatMap((sql) => comment(`undo: ${sql}`)),
    ].join('\n'),
  );
  return `${[head.flatMap(comment).join('\n'), ...blocks].join('\n\n')}\n`;
}

/** A line break in a name would end the comment. */
function comment(text: string): readonly string[] {
  return [`-- ${escapeControls(text)}`];
}
