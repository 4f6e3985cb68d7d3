import { describe, expect, it } from 'vitest';
import { displayWidth } from '../fit-text.ts';
import { renderQueriesMarkdown } from '../markdown/queries.ts';
import { sampleColumn, sampleSnapshot, sampleStatement } from '../observed/fixtures.ts';
import { QUERY_ORDERS, sortQueries, statementsOf } from '../statements.ts';
import { type ActionSummary, renderActionsText } from './actions.ts';
import { renderColumnsText } from './columns.ts';
import { type ConfigRow, renderConfigText } from './config.ts';
import { renderDoctorText } from './doctor.ts';
import { renderQueriesText } from './queries.ts';
import { renderSizesText } from './sizes.ts';

const plain = { color: false, width: 100 };

describe('list of statements', () => {
  it('orders by each measure', () => {
    const cheap = sampleStatement({
      queryId: '1',
      totalMs: 1,
      meanMs: 1,
      calls: 1,
      sharedBlocksHit: 0,
      sharedBlocksRead: 0,
    });
    const dear = sampleStatement({ queryId: '2', tempBlocksRead: 5, walBytes: 9, calls: 1e6 });
    for (const by of QUERY_ORDERS) expect(sortQueries([cheap, dear], by)[0]).toBe(dear);
  });

  it('shares the time among all statements but its own', () => {
    const rows = [
      sampleStatement({ queryId: '1', totalMs: 300 }),
      sampleStatement({ queryId: '2', totalMs: 100 }),
      sampleStatement({ queryId: '3', totalMs: 9000, isOwn: true }),
    ];
    const text = renderQueriesText(rows, { by: 'total', limit: 1, ...plain });
    expect(text).toContain('75 %');
    expect(text).toContain('1 of 2 statements by total');
  });

  it('drops figures rather than exceed the width', () => {
    const rows = statementsOf(sampleSnapshot());
    for (const width of [50, 60, 80, 120]) {
      const text = renderQueriesText(rows, { by: 'calls', limit: 20, color: true, width });
      expect(text.split('\n').filter((line) => displayWidth(line) > width)).toEqual([]);
    }
  });

  it('says so when nothing was recorded', () => {
    expect(renderQueriesText([], { by: 'total', limit: 5, ...plain })).toContain('no statement');
    expect(renderQueriesMarkdown([], { by: 'total', limit: 5 })).toContain('No statement');
  });

  it('keeps a pipe in a statement inside its cell', () => {
    const text = renderQueriesMarkdown([sampleStatement({ query: "select a || '|'" })], {
      by: 'total',
      limit: 5,
    });
    expect(text).toContain("`select a \\|\\| '\\|'`");
  });
});

describe('other listings', () => {
  it('shows distinct values, correlation and nulls of analyzed columns', () => {
    const text = renderColumnsText(
      [sampleColumn(), sampleColumn({ name: 'raw', hasStatistics: false })],
      plain,
    );
    expect(text).toMatch(/public\.products\.category_id\s+character var…\s+42 % of rows\s+-0\.13\s+3\.0 %/);
    expect(text).not.toContain('raw');
  });

  it('shows sizes, the largest table first', () => {
    const [, first] = renderSizesText(sampleSnapshot(), plain).split('\n');
    expect(first).toMatch(/product_search_results\s+1 M\s+5\.05 GB/);
  });

  it('says what a missing piece would add', () => {
    const text = renderDoctorText(
      [
        { id: 'server', status: 'ok', what: 'PostgreSQL 18.4', adds: 'a connection', remedy: '' },
        { id: 'extension/hypopg', status: 'missing', what: 'not there', adds: 'plans', remedy: 'create it' },
      ],
      plain,
    );
    expect(text).toBe(
      ' ✔  server: PostgreSQL 18.4\n –  extension/hypopg: not there\n    adds plans\n    → create it\n\n1 of 2 in full use\n',
    );
  });

  it('shows a setting with its unit and where it came from', () => {
    const row: ConfigRow = {
      key: 'diagnose.slow-query.mean-ms',
      value: 500,
      unit: 'ms',
      default: 1000,
      origin: { kind: 'environment', name: 'PGSTEWARD_X' },
      environment: 'PGSTEWARD_X',
      summary: 'Mean time of a slow statement.',
      source: 'the service levels',
    };
    expect(renderConfigText([row], plain)).toMatch(/diagnose\.slow-query\.mean-ms\s+500 ms/);
    const text = renderConfigText([row], { ...plain, origin: true });
    expect(text).toContain('= 500 ms, not 1 s');
    expect(text).toContain('from the environment, PGSTEWARD_X');
  });
});

describe('list of actions', () => {
  it('breaks a long name into lines and cuts nothing of it', () => {
    const name = 'order_lines_of_a_very_long_table_name_customer_id_created_at_status_idx';
    const action = {
      id: '3f2a91c0',
      target: 'shop',
      state: 'proposed',
      standing: 'proposed',
      title: `Create public.${name} on public.order_lines: saves 12 % beyond the others, 42 MB`,
    } as Partial<ActionSummary> as ActionSummary;
    for (const width of [80, 100, 160]) {
      const text = renderActionsText([action], { color: false, width });
      expect(text.split('\n').filter((line) => displayWidth(line) > width)).toEqual([]);
      const whole = text.replace(/^3f2a91c0 +proposed +shop +/m, '').replace(/\s+/g, '');
      expect(whole).toContain(action.title.replace(/\s+/g, ''));
    }
  });
});
