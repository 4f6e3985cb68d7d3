import { describe, expect, it } from 'vitest';
import type { IndexDefinition, PlanNode } from '../../planner/index.ts';
import { readPlan } from '../../planner/index.ts';
import { sampleProposal } from '../fixtures.ts';
import { renderIndexesHtml } from './render-html.ts';
import type { IndexReport } from './types.ts';

const HOSTILE = `<script>alert('x')</script>"><img src=x onerror=y>`;

const scan: PlanNode = readPlan([
  {
    Plan: {
      'Node Type': 'Seq Scan',
      'Relation Name': HOSTILE,
      Alias: HOSTILE,
      'Startup Cost': 0,
      'Total Cost': 100,
      'Plan Rows': 5,
      'Plan Width': 8,
      Filter: `("${HOSTILE}" = 1)`,
    },
  },
]).root;

const definition: IndexDefinition = {
  schema: HOSTILE,
  table: HOSTILE,
  method: 'btree',
  keys: [],
  include: [],
  predicate: null,
  isUnique: false,
  options: {},
};

const report: IndexReport = {
  schema: 'pgsteward/indexes@1',
  target: { name: HOSTILE, serverVersion: '18.4', database: HOSTILE },
  startedAt: '2026-11-23T10:00:00.000Z',
  durationMs: 1_000,
  selfLoad: { statements: 10, databaseMs: 20 },
  planner: { provider: 'shadow', serverVersion: '18.4' },
  workload: { statements: 2, skipped: 1, sources: [HOSTILE], weights: 'time' },
  limits: {
    storageBudgetBytes: 16_777_216,
    maximumIndexes: null,
    maximumWidth: 4,
    excludedTables: [],
    writeOverheadRatio: null,
    timeLimitMs: 10_000,
  },
  advice: {
    status: 'converged',
    baseCost: 200,
    cost: 50,
    boundCost: 40,
    indexes: [
      {
        name: HOSTILE,
        definition,
        sizeBytes: 8_388_608,
        benefitCost: 150,
        writeCost: 0,
        statements: ['7'],
        why: HOSTILE,
      },
    ],
    drops: [],
    statements: [
      {
        id: '7',
        sql: `select '${HOSTILE}'\nfrom t`,
        weight: 2,
        calls: 2,
        beforeCost: 100,
        afterCost: 25,
        beforePlan: scan,
        afterPlan: scan,
        indexes: [HOSTILE],
      },
      {
        id: 'unchanged',
        sql: 'select 1',
        weight: 1,
        calls: null,
        beforeCost: 1,
        afterCost: 1,
        beforePlan: scan,
        afterPlan: scan,
        indexes: [],
      },
    ],
    skipped: [{ id: '8', sql: HOSTILE, reason: HOSTILE }],
    // Not in order, one that saves less than a smaller one, and one that saves less than the advice of its size.
    frontier: [
      { sizeBytes: 8_388_608, relativeCost: 0.3, indexes: ['a', 'b'] },
      { sizeBytes: 0, relativeCost: 1, indexes: [] },
      { sizeBytes: 4_194_304, relativeCost: 0.5, indexes: ['a'] },
      { sizeBytes: 6_291_456, relativeCost: 0.6, indexes: ['b'] },
    ],
    candidates: 12,
    calls: 34,
    durationMs: 900,
  },
  matviews: [],
  proposals: [
    sampleProposal({
      id: `create-index/public.${HOSTILE}`,
      kind: 'create-index',
      title: HOSTILE,
      do: [HOSTILE],
    }),
    sampleProposal(),
  ],
  unavailable: [{ id: 'whatif/collation', reason: HOSTILE, remedy: HOSTILE }],
};

describe('index advice as a page', () => {
  const page = renderIndexesHtml(report);

  it('loads and runs nothing, whatever names and texts say', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i);
    const tags = (page.match(/<[a-z][^>]*>/gi) ?? []).map((tag) => tag.replace(/"[^"]*"/g, ''));
    expect(tags.filter((tag) => /\s(src\w*|on\w+)\b/i.test(tag))).toEqual([]);
  });

  it('shows every part once, linked', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    for (const id of ['summary', 'frontier', 'next', 'statements', 'skipped', 'unavailable']) {
      expect(ids).toContain(id);
    }
    expect(page).toContain('serves 1 statement');
  });

  it('gives each statement that changes with its plans before and after', () => {
    const statements = page.slice(
      page.indexOf('<section id="statements"'),
      page.indexOf('<section id="skipped"'),
    );
    expect(statements.match(/<details class="card">/g)).toHaveLength(1);
    expect(statements.match(/<ul class="plan">/g)).toHaveLength(2);
    expect(statements).toContain('cost 100 → 25 · 75 % less');
  });

  it('draws the curve from the best set of each size alone, rising', () => {
    const [, path = ''] = /class="line" d="([^"]+)"/.exec(page) ?? [];
    expect(path).toBe('M0.0 1000.0H500.0V375.0H1000.0V62.5H1000');
    expect(page.match(/class="point"/g)).toHaveLength(3);
    expect(page.match(/class="point chosen"/g)).toHaveLength(1);
  });

  it('says when nothing would help, and draws no curve', () => {
    const none = renderIndexesHtml({
      ...report,
      advice: { ...report.advice, cost: 200, indexes: [], statements: [], frontier: [] },
      proposals: [],
    });
    expect(none).toContain('Proposes no index: none would help this workload within the limits.');
    expect(none).not.toContain('class="line"');
  });
});
