import type { Proposal } from '../advise/index.ts';
import type { Objective } from '../diagnose/index.ts';
import { displayName, quoteQualified } from '../kernel/index.ts';
import type { Gap } from '../observe/index.ts';
import { HOSTILE_NAMES, sampleSnapshot } from './observed/fixtures.ts';
import type { Audit, AuditReport, ReportedFinding } from './types.ts';

/** A finding as a check would report it; every part can be replaced. */
export function sampleFinding(parts: Partial<ReportedFinding> = {}): ReportedFinding {
  return {
    id: 'diagnose/unused-index',
    severity: 'warning',
    subject: { kind: 'index', schema: 'public', name: 'products_title_idx' },
    title: 'public.products_title_idx was not scanned in 38 d',
    evidence: {
      scansCount: 0,
      sizeBytes: 44_040_192,
      observedMs: 38 * 86_400_000,
      table: 'public.products',
      definition: 'CREATE INDEX products_title_idx ON public.products USING btree (title)',
    },
    threshold: { key: 'diagnose.unused-index.minimum-bytes', value: 1_048_576 },
    remedy: 'drop it when no replica and no rare job needs it: 42 MB are saved',
    source: 'PostgreSQL docs 27.2.20 "pg_stat_all_indexes"',
    proposals: ['drop-index/public.products_title_idx'],
    docs: 'docs/reference/checks/unused-index.md',
    ...parts,
  };
}

/** A proposal as an advisor would make it; every part can be replaced. */
export function sampleProposal(parts: Partial<Proposal> = {}): Proposal {
  return {
    id: 'drop-index/public.products_title_idx',
    kind: 'drop-index',
    title: 'Drop public.products_title_idx',
    do: ['drop index concurrently "public"."products_title_idx";'],
    undo: ['create index concurrently products_title_idx on public.products using btree (title);'],
    effect: {
      metric: 'indexBytes',
      before: 44_040_192,
      after: 0,
      unit: 'bytes',
      method: 'measured size of the index',
    },
    risk: { level: 'medium', why: 'a replica or a rare job may read it' },
    findings: ['diagnose/unused-index'],
    ...parts,
  };
}

const OBJECTIVES: readonly Objective[] = [
  {
    id: 'objective/buffer-hit',
    target: 0.98,
    actual: 0.9912,
    unit: 'ratio',
    met: true,
    method: 'since the reset',
  },
  {
    id: 'objective/index-scan',
    target: 0.9,
    actual: 0.62,
    unit: 'ratio',
    met: false,
    method: 'all large tables',
  },
  {
    id: 'objective/p95',
    target: 200,
    actual: 412,
    unit: 'ms',
    met: false,
    method: 'mixture of log-normals over 5 s',
  },
  {
    id: 'objective/availability',
    target: 0.9999,
    actual: null,
    unit: 'ratio',
    met: null,
    method: 'unknown without history',
  },
];

function hostileFinding(name: string, index: number): ReportedFinding {
  const shown = displayName('public', name);
  const isStatement = index % 2 === 0;
  return sampleFinding({
    id: isStatement ? 'diagnose/slow-query' : 'diagnose/unused-index',
    severity: index % 3 === 0 ? 'info' : 'warning',
    subject: isStatement
      ? { kind: 'statement', schema: '', name: '42', queryId: '42' }
      : { kind: 'column', schema: 'public', name, column: name },
    // Not escaped by the check: renderers may not rely on it.
    title: index % 4 === 0 ? `${name} is slow` : `${shown} was not scanned`,
    evidence: {
      meanMs: 1234.5,
      hitRatio: 0.81,
      callsCount: 120_000,
      pid: 45_678,
      query: name,
      owners: [name, 'b'],
    },
    remedy: `look at ${name}`,
    source: name,
    threshold: { key: 'diagnose.slow-query.mean-ms', value: 1000 },
    proposals: [`drop-index/${shown}`],
  });
}

const FINDINGS: readonly ReportedFinding[] = [
  sampleFinding({
    id: 'diagnose/wraparound',
    severity: 'critical',
    subject: { kind: 'table', schema: 'public', name: 'product_searches' },
    title: 'public.product_searches has used 91 % of the transaction ids before wraparound',
    evidence: {
      usedRatio: 0.91,
      xidAgeCount: 1_954_000_000,
      remainingCount: 193_000_000,
      lastVacuum: null,
    },
    threshold: { key: 'diagnose.wraparound.critical-ratio', value: 0.9 },
    remedy: 'end what holds the horizon back, then vacuum (freeze) it',
    proposals: ['vacuum/public.product_searches'],
  }),
  sampleFinding(),
  ...HOSTILE_NAMES.map(hostileFinding),
];

const PROPOSALS: readonly Proposal[] = [
  sampleProposal(),
  sampleProposal({
    id: 'vacuum/public.product_searches',
    kind: 'vacuum',
    title: 'Freeze public.product_searches',
    do: ['vacuum (freeze, verbose) "public"."product_searches";'],
    undo: [],
    risk: {
      level: 'low',
      why: 'reads and writes the whole table once; needs no lock that blocks anybody',
    },
  }),
  ...HOSTILE_NAMES.map((name) =>
    sampleProposal({
      id: `drop-index/${displayName('public', name)}`,
      title: `Drop ${name}`,
      do: [`drop index concurrently ${quoteQualified('public', name)};`],
      risk: { level: 'high', why: `because of ${name}` },
    }),
  ),
];

const UNAVAILABLE: readonly Gap[] = [
  ...[
    'table-bloat',
    'index-bloat',
    'low-statistics-target',
    'correlated-columns',
    'json-not-jsonb',
    'x',
    'y',
  ].map((id) => ({
    id: `diagnose/${id}`,
    reason: 'the role may not read column statistics',
    remedy: 'grant pg_read_all_data to "pgsteward"',
  })),
  ...HOSTILE_NAMES.map((name) => ({
    id: 'observe/tables',
    reason: `${name} is locked`,
    remedy: 'audit again when the lock is gone',
  })),
];

/** A report with everything: severities, shared remedies, hostile names in every field that can hold one. */
export function sampleReport(parts: Partial<AuditReport> = {}): AuditReport {
  return {
    schema: 'pgsteward/audit@1',
    target: { name: 'production', serverVersion: '18.4', database: 'market' },
    startedAt: '2026-11-23T07:23:27.000Z',
    durationMs: 3210,
    selfLoad: { statements: 41, databaseMs: 812 },
    findings: FINDINGS,
    proposals: PROPOSALS,
    objectives: OBJECTIVES,
    unavailable: UNAVAILABLE,
    ...parts,
  };
}

/** An audit with everything. */
export function sampleAudit(parts: Partial<AuditReport> = {}): Audit {
  return { report: sampleReport(parts), snapshot: sampleSnapshot(), interval: null };
}
