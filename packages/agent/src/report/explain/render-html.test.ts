import { describe, expect, it } from 'vitest';
import { readPlan } from '../../planner/index.ts';
import { sampleProposal } from '../fixtures.ts';
import { renderExplainHtml } from './render-html.ts';
import type { ExplainReport } from './types.ts';

const HOSTILE = `<script>alert('x')</script>"><img src=x onerror=y>`;

/** As EXPLAIN prints it, with a name that wants to be markup. */
const plan = readPlan([
  {
    Plan: {
      'Node Type': 'Sort',
      'Startup Cost': 10,
      'Total Cost': 20,
      'Plan Rows': 5,
      'Plan Width': 8,
      'Sort Key': [HOSTILE],
      Plans: [
        {
          'Node Type': 'Seq Scan',
          'Relation Name': HOSTILE,
          Alias: 'a',
          'Startup Cost': 0,
          'Total Cost': 10,
          'Plan Rows': 5,
          'Plan Width': 8,
          Filter: `("${HOSTILE}" = 1)`,
        },
      ],
    },
  },
]);

const report: ExplainReport = {
  schema: 'pgsteward/explain@1',
  target: { name: HOSTILE, serverVersion: '18.4', database: HOSTILE },
  startedAt: '2026-11-23T10:00:00.000Z',
  statement: { queryId: '-7', sql: `select '${HOSTILE}'\nfrom t` },
  plan,
  isAnalyzed: false,
  variants: [{ kind: 'rare', values: [HOSTILE, null], plan }],
  proposals: [sampleProposal({ id: HOSTILE, title: HOSTILE, do: [HOSTILE], undo: [HOSTILE] })],
  findings: [
    {
      id: 'diagnose/deep-offset',
      severity: 'warning',
      subject: { kind: 'statement', schema: '', name: '-7', queryId: '-7' },
      title: HOSTILE,
      evidence: { query: HOSTILE, skippedRows: 4_000 },
      threshold: { key: 'diagnose.deep-offset.warning-rows', value: 1_000 },
      remedy: HOSTILE,
      source: 'PostgreSQL docs',
      docs: 'docs/reference/checks.md#diagnosedeep-offset',
      proposals: [HOSTILE],
    },
  ],
  rewrites: [
    {
      rule: 'rewrite/not-in',
      title: HOSTILE,
      source: HOSTILE,
      isOneForMany: false,
      sql: `select 1 from "${HOSTILE}"`,
      exactness: 'conditional',
      constraints: [],
      conditions: [HOSTILE],
      changes: HOSTILE,
      why: HOSTILE,
      verdict: 'cheaper',
      beforeCost: 20,
      afterCost: 10,
      refusal: null,
      check: null,
    },
  ],
  whatIf: {
    indexes: [{ sql: `create index on "${HOSTILE}" (a)`, sizeBytes: 8_192, isUsed: true }],
    hidden: [HOSTILE],
    planner: { provider: 'shadow', serverVersion: '18.4' },
    beforeCost: 20,
    afterCost: 10,
    plan,
  },
  verification: [
    {
      indexes: 'existing',
      shadowCost: 20,
      targetCost: 30,
      differences: [{ path: HOSTILE, what: 'cost', left: '20', right: '30' }],
    },
  ],
  unavailable: [{ id: 'whatif/collation', reason: HOSTILE, remedy: 'none' }],
};

describe('an explanation as a page', () => {
  const page = renderExplainHtml(report);

  it('loads and runs nothing, whatever names and texts say', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i);
    const tags = (page.match(/<[a-z][^>]*>/gi) ?? []).map((tag) => tag.replace(/"[^"]*"/g, ''));
    expect(tags.filter((tag) => /\s(src\w*|on\w+)\b/i.test(tag))).toEqual([]);
  });

  it('shows statement, plan, problems, values, what-if and verification, each once and linked', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    for (const id of [
      'statement',
      'plan',
      'problems',
      'next',
      'values',
      'what-if',
      'verification',
      'unavailable',
    ]) {
      expect(ids).toContain(id);
    }
    expect(page).toContain('4,000');
    expect(page).toContain('href="#proposal-1"');
    expect(page.match(/<li><details class="node|<li><div class="node/g)).toHaveLength(4);
  });
});
