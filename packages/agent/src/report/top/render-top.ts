import { escapeControls, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import { displayWidth, shorten, shortenStatement, wrap } from '../fit-text.ts';
import {
  blockingRows,
  chosenSession,
  SESSION_ORDERS,
  STATEMENT_ORDERS,
  shownSessions,
  shownStatements,
} from './rows.ts';
import { TOP_VIEWS, type TopData, type TopSession, type TopSize, type TopState } from './types.ts';

/** A line of a frame; the chosen one is shown in reverse. */
export interface TopLine {
  readonly text: string;
  readonly style: 'plain' | 'head' | 'chosen' | 'trouble';
}

const MINIMUM_WIDTH = 60;
const KEYS =
  '1-4 view  s sort  / filter  space pause  +/- pace  enter statement  c cancel  t terminate  q quit';
const BAR_WIDTH = 40;

/** Draws one frame: what stands above, a list, and the keys. Nothing of a target is printed unescaped. */
export function renderTop(data: TopData, state: TopState, size: TopSize): readonly TopLine[] {
  const width = Math.max(MINIMUM_WIDTH, size.width);
  const above = [...header(data, state), plain(''), ...tabs(state)];
  const room = Math.max(1, size.height - above.length - 2);
  const list = state.isOpen ? wholeStatement(data, state, width) : listOf(data, state, width);
  const [head, ...rows] = list;
  const first = Math.max(0, Math.min(state.selected - Math.floor(room / 2), rows.length - room));
  const shown = rows.slice(first, first + room);
  const lines = [...above, ...(head === undefined ? [] : [head]), ...shown];
  const filler = Array.from({ length: Math.max(0, size.height - lines.length - 1) }, () => plain(''));
  const message = escapeControls(state.message);
  const last: TopLine = message === '' ? plain(KEYS) : { text: message, style: 'trouble' };
  return [...lines, ...filler, last].map((line) => ({ ...line, text: shorten(line.text, width) }));
}

/** Draws a target as plain text: every view one below the other, for a pipe or a file. */
export function renderTopText(data: TopData, width: number): string {
  const base: TopState = {
    view: 'sessions',
    selected: -1,
    filter: '',
    order: 0,
    isPaused: false,
    intervalMs: 0,
    message: '',
    isOpen: false,
  };
  const parts = TOP_VIEWS.map((view) => [
    plain(''),
    ...listOf(data, { ...base, view }, Math.max(MINIMUM_WIDTH, width)),
  ]);
  return `${[...header(data, base), ...parts.flat()].map(({ text }) => shorten(text, width).trimEnd()).join('\n')}\n`;
}

function header(data: TopData, { isPaused, intervalMs }: TopState): readonly TopLine[] {
  const known = (value: number | null, show: (one: number) => string): string =>
    value === null ? '–' : show(value);
  const pace = intervalMs === 0 ? '' : isPaused ? '  paused' : `  every ${formatDuration(intervalMs)}`;
  return [
    {
      text: `${escapeControls(data.target)}  PostgreSQL ${escapeControls(data.serverVersion)}  ${data.at.slice(11, 19)} UTC${pace}`,
      style: 'head',
    },
    plain(
      [
        `connections ${data.connections}/${data.maxConnections}`,
        `active ${data.active}`,
        `waiting for a lock ${data.waitingForLock}`,
        `${known(data.transactionsPerSecond, (one) => formatCount(Math.round(one)))} transactions/s`,
        `buffer hit ${known(data.hitRatio, formatRatio)}`,
        `oldest transaction ${known(data.oldestTransactionMs, formatDuration)}`,
      ].join('  '),
    ),
  ];
}

function tabs({ view, filter, order }: TopState): readonly TopLine[] {
  const names = TOP_VIEWS.map((name, index) =>
    name === view ? `[${index + 1} ${name}]` : ` ${index + 1} ${name} `,
  );
  const orders = view === 'sessions' ? SESSION_ORDERS : view === 'statements' ? STATEMENT_ORDERS : [];
  const by = orders[order % Math.max(1, orders.length)]?.name;
  const about = [
    by === undefined ? '' : `by ${by}`,
    filter === '' ? '' : `filter: ${escapeControls(filter)}`,
  ];
  return [plain(`${names.join(' ')}  ${about.filter((part) => part !== '').join('  ')}`)];
}

function listOf(data: TopData, state: TopState, width: number): readonly TopLine[] {
  switch (state.view) {
    case 'sessions':
      return sessionLines(shownSessions(data, state), state.selected, width);
    case 'waits':
      return waitLines(data, state.selected);
    case 'blocking':
      return blockingLines(data, state.selected, width);
    case 'statements':
      return statementLines(data, state, width);
  }
}

const SESSION_WIDTHS = [8, 12, 14, 20, 24, 10] as const;

function sessionLines(sessions: readonly TopSession[], selected: number, width: number): readonly TopLine[] {
  const used = SESSION_WIDTHS.reduce((sum, one) => sum + one + 1, 0);
  const lines = sessions.map((row, index) => {
    const cells = [
      String(row.pid),
      row.user,
      row.application,
      row.state,
      row.wait ?? '',
      age(row.transactionMs),
    ];
    return chosen(
      `${columns(cells, SESSION_WIDTHS)} ${shortenStatement(row.query, Math.max(20, width - used))}`,
      index === selected,
    );
  });
  const head = columns(['PID', 'USER', 'APPLICATION', 'STATE', 'WAITS FOR', 'IN TRANS.'], SESSION_WIDTHS);
  return [
    { text: `${head} STATEMENT`, style: 'head' },
    ...(lines.length === 0 ? [plain('nobody is connected')] : lines),
  ];
}

function waitLines({ waits }: TopData, selected: number): readonly TopLine[] {
  const most = waits[0]?.activeSessions ?? 1;
  const lines = waits.map(({ name, activeSessions }, index) => {
    const bar = '█'.repeat(Math.max(1, Math.round((activeSessions / most) * BAR_WIDTH)));
    return chosen(`${columns([name, activeSessions.toFixed(2)], [32, 8])} ${bar}`, index === selected);
  });
  const head = columns(['WAITS FOR', 'SESSIONS'], [32, 8]);
  return [
    { text: `${head} average of the last minute`, style: 'head' },
    ...(lines.length === 0 ? [plain('nobody was active')] : lines),
  ];
}

function blockingLines(data: TopData, selected: number, width: number): readonly TopLine[] {
  const lines = blockingRows(data).map(({ session, depth, waiting }, index) => {
    const about = depth === 0 ? `holds ${waiting} up` : `waits ${age(session.lockWaitMs)}`;
    const who = `${'  '.repeat(depth)}${depth === 0 ? '' : '└ '}${session.pid} ${escapeControls(session.user)}/${escapeControls(session.application)} ${escapeControls(session.state)}, ${about}`;
    const left = pad(who, 60);
    return chosen(`${left} ${shortenStatement(session.query, Math.max(20, width - 61))}`, index === selected);
  });
  return [
    { text: columns(['WHO WAITS FOR WHOM', 'STATEMENT'], [60, 20]), style: 'head' },
    ...(lines.length === 0 ? [plain('nobody waits for anybody')] : lines),
  ];
}

const STATEMENT_WIDTHS = [9, 9, 10, 9, 9] as const;

function statementLines(data: TopData, state: TopState, width: number): readonly TopLine[] {
  const used = STATEMENT_WIDTHS.reduce((sum, one) => sum + one + 1, 0);
  const lines = shownStatements(data, state).map((row, index) => {
    const cells = [
      formatCount(row.callsPerSecond),
      `${formatCount(row.msPerSecond)} ms`,
      formatDuration(row.meanMs),
      formatCount(row.rowsPerCall),
      formatCount(row.blocksPerCall),
    ];
    const text = shortenStatement(row.query, Math.max(20, width - used));
    return chosen(`${columns(cells, STATEMENT_WIDTHS)} ${text}`, index === state.selected);
  });
  const none = data.statementsUnavailable ?? 'no statement has ended since the frame before';
  const head = columns(['CALLS/S', 'TIME/S', 'MEAN', 'ROWS', 'BLOCKS'], STATEMENT_WIDTHS);
  return [
    { text: `${head} STATEMENT`, style: 'head' },
    ...(lines.length === 0 ? [plain(escapeControls(none))] : lines),
  ];
}

function wholeStatement(data: TopData, state: TopState, width: number): readonly TopLine[] {
  const query =
    state.view === 'statements'
      ? shownStatements(data, state)[state.selected]?.query
      : chosenSession(data, state)?.query;
  const text = query ?? 'no statement is chosen';
  const lines = text.split(/\r?\n/).flatMap((line) => wrap(escapeControls(line), width));
  return [{ text: 'STATEMENT (enter goes back)', style: 'head' }, ...lines.map(plain)];
}

function columns(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, index) => pad(escapeControls(cell), widths[index] ?? 10)).join(' ');
}

function pad(text: string, width: number): string {
  const fitting = shorten(text, width);
  return fitting + ' '.repeat(Math.max(0, width - displayWidth(fitting)));
}

function age(ms: number | null): string {
  return ms === null ? '' : formatDuration(ms);
}

function plain(text: string): TopLine {
  return { text, style: 'plain' };
}

function chosen(text: string, isChosen: boolean): TopLine {
  return { text, style: isChosen ? 'chosen' : 'plain' };
}
