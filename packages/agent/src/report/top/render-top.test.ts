import { describe, expect, it } from 'vitest';
import { renderTop, renderTopText } from './render-top.ts';
import type { TopData, TopSession, TopState } from './types.ts';

const session = (values: Partial<TopSession>): TopSession => ({
  pid: 1,
  user: 'shop',
  database: 'shop',
  application: 'checkout',
  state: 'active',
  wait: null,
  transactionMs: 5_000,
  statementMs: 5_000,
  lockWaitMs: null,
  connectedMs: 60_000,
  blockedBy: [],
  query: 'select 1',
  ...values,
});
const data: TopData = {
  schema: 'pgsteward/top@1',
  at: '2026-01-05T12:00:00.000Z',
  target: 'shop',
  serverVersion: '18.1',
  connections: 3,
  maxConnections: 100,
  active: 2,
  waitingForLock: 2,
  transactionsPerSecond: 120,
  hitRatio: 0.99,
  oldestTransactionMs: 5_000,
  sessions: [
    session({ pid: 10, state: 'idle in transaction', application: 'import', query: 'update prices' }),
    session({ pid: 11, blockedBy: [10], wait: 'Lock: tuple', lockWaitMs: 4_000, transactionMs: 4_000 }),
    session({
      pid: 12,
      blockedBy: [11],
      wait: 'Lock: tuple',
      lockWaitMs: 3_000,
      query: 'evil \u001b[2J name',
    }),
  ],
  waits: [{ name: 'Lock: tuple', activeSessions: 2 }],
  statements: [
    {
      queryId: '1',
      query: 'select * from orders',
      callsPerSecond: 10,
      msPerSecond: 300,
      meanMs: 30,
      rowsPerCall: 2,
      blocksPerCall: 50,
    },
  ],
  statementsUnavailable: null,
};
const state: TopState = {
  view: 'sessions',
  selected: 0,
  filter: '',
  order: 0,
  isPaused: false,
  intervalMs: 2_000,
  message: '',
  isOpen: false,
};
const draw = (changes: Partial<TopState> = {}, size = { width: 120, height: 20 }) =>
  renderTop(data, { ...state, ...changes }, size);
const textOf = (lines: ReturnType<typeof draw>): string => lines.map(({ text }) => text).join('\n');

describe('a frame of top', () => {
  it('fills the screen exactly, and no line is wider than it', () => {
    for (const size of [
      { width: 120, height: 20 },
      { width: 60, height: 8 },
    ]) {
      const lines = draw({}, size);
      expect(lines).toHaveLength(size.height);
      expect(lines.every(({ text }) => text.length <= size.width)).toBe(true);
    }
  });

  it('shows what stands above and the longest transaction first', () => {
    const text = textOf(draw());
    expect(text).toContain('connections 3/100  active 2  waiting for a lock 2');
    expect(text.indexOf('update prices')).toBeLessThan(text.indexOf('select 1'));
    expect(draw().find(({ style }) => style === 'chosen')?.text).toContain('10 ');
  });

  it('draws who waits for whom, the root first, with all that stand behind it', () => {
    const lines = draw({ view: 'blocking' }).map(({ text }) => text);
    const root = lines.findIndex((line) => line.startsWith('10 shop/import'));
    expect(lines[root]).toContain('holds 2 up');
    expect(lines[root + 1]).toMatch(/^ {2}└ 11 .*waits 4 s/);
    expect(lines[root + 2]).toMatch(/^ {4}└ 12 /);
  });

  it('filters, opens a statement, and asks', () => {
    const filtered = textOf(draw({ filter: 'import' }));
    expect(filtered).toContain('update prices');
    expect(filtered).not.toContain('select 1');
    expect(textOf(draw({ view: 'statements', isOpen: true }))).toContain('select * from orders');
    expect(draw({ message: 'really?' }).at(-1)).toEqual({ text: 'really?', style: 'trouble' });
  });

  it('lets no control character of a target through', () => {
    expect(textOf(draw({ message: 'a\u001b[2Jb' }))).not.toContain('\u001b');
    expect(renderTopText(data, 100)).not.toContain('\u001b');
  });

  it('prints every view as plain text', () => {
    const text = renderTopText(data, 100);
    for (const part of ['PID', 'WAITS FOR', 'WHO WAITS FOR WHOM', 'CALLS/S']) expect(text).toContain(part);
  });
});
