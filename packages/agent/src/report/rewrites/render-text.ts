import { countOf, escapeControls, formatCount, formatDuration } from '../../kernel/index.ts';
import { formatTime } from '../evidence.ts';
import { shorten, shortenStatement, wrap } from '../fit-text.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from '../text/paint.ts';
import { renderUnavailable } from '../text/unavailable.ts';
import { describeCheck, describeCost, describeExactness, isOffered, isWithdrawn } from './describe.ts';
import type { AdvisedRewrite, QueryAdviceReport, RewrittenQuery } from './types.ts';

/** Renders the advice on statements for a terminal: each with what may stand in its place. */
export function renderQueryAdviceText(report: QueryAdviceReport, options: TextOptions): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const { target, planner, statements } = report;
  const tried = statements.flatMap(({ rewrites }) => rewrites);
  const shown = statements.filter(({ rewrites }) =>
    rewrites.some((one) => isOffered(one) || isWithdrawn(one)),
  );
  const kept = tried.filter((one) => !isOffered(one) && !isWithdrawn(one)).length;
  const head = [
    paint.heading(shorten(escapeControls(`pgsteward queries · advice · ${target.name}`), width)),
    paint.dim(
      shorten(
        escapeControls(
          `PostgreSQL ${target.serverVersion} · database ${target.database} · planned by a ${planner.provider} · ${formatTime(report.startedAt)}`,
        ),
        width,
      ),
    ),
    paint.dim(
      `${countOf(report.statementsCount, 'statement')} looked at, ${countOf(tried.length, 'rewrite')} tried, ${formatCount(kept)} not worth it`,
    ),
  ];
  const none = shown.length === 0 ? [[`  ${paint.good('✔')} no rewrite would make them cheaper`]] : [];
  const hint =
    report.isChecked || shown.length === 0
      ? []
      : [[paint.dim('--check runs each beside the original and compares')]];
  const blocks = shown.map((query, index) => renderQuery(query, index + 1, { options, paint }));
  const sections = [head, ...none, ...blocks, ...hint, renderUnavailable(report, options)];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

interface Drawing {
  readonly options: TextOptions;
  readonly paint: Paint;
}

function renderQuery(query: RewrittenQuery, rank: number, { options, paint }: Drawing): readonly string[] {
  const width = usableWidth(options);
  const counted =
    query.calls === null || query.totalMs === null
      ? query.id
      : `${formatDuration(query.totalMs)} in ${countOf(query.calls, 'call')} · query id ${query.id}`;
  return [
    `  ${`${rank}.`.padStart(3)} ${paint.bold(shortenStatement(query.sql, width - 6))}`,
    `      ${paint.dim(shorten(escapeControls(counted), width - 6))}`,
    ...query.rewrites
      .filter((one) => isOffered(one) || isWithdrawn(one))
      .flatMap((one) => ['', ...renderRewriteBlock(one, options)]),
  ];
}

/** Renders one rewrite: what it is, what it saves, how far it is the same, and its text. */
export function renderRewriteBlock(rewrite: AdvisedRewrite, options: TextOptions): readonly string[] {
  const paint = createPaint(options.color);
  const indent = ' '.repeat(6);
  const room = usableWidth(options) - indent.length;
  const lines = (text: string): readonly string[] =>
    wrap(escapeControls(text), room).map((line) => indent + paint.dim(line));
  const isGone = isWithdrawn(rewrite);
  const mark = isGone ? paint.bad('✘') : paint.good('→');
  return [
    `    ${mark} ${paint.bold(rewrite.title)} · ${describeCost(rewrite)}`,
    ...lines(describeExactness(rewrite)),
    ...lines(`${rewrite.changes}; ${rewrite.why}`),
    ...describeCheck(rewrite).flatMap((line) =>
      wrap(escapeControls(line), room).map((part) => indent + (isGone ? paint.bad(part) : paint.good(part))),
    ),
    ...(isGone ? [] : rewrite.sql.split('\n').map((line) => indent + paint.command(escapeControls(line)))),
    indent + paint.dim(rewrite.rule),
  ];
}
