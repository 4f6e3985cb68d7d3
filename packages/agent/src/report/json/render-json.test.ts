import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../diagnose/index.ts';
import { sampleFinding, sampleProposal, sampleReport } from '../fixtures.ts';
import type { AuditReport } from '../types.ts';
import { renderJson } from './render-json.ts';
import { auditJsonSchema, auditSchema } from './schema.ts';

const text = fc.string({ unit: 'binary' });
// JSON has no minus zero.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const value = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.array(text));
const subject: fc.Arbitrary<Subject> = fc.oneof(
  fc.record({ kind: fc.constantFrom('table' as const, 'slot' as const), schema: text, name: text }),
  fc.record({ kind: fc.constant('column' as const), schema: text, name: text, column: text }),
  fc.record({ kind: fc.constant('statement' as const), schema: text, name: text, queryId: text }),
);
const evidence = fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z]{0,12}$/), value);
const report: fc.Arbitrary<AuditReport> = fc.record({ subject, evidence, text, number }).map((drawn) =>
  sampleReport({
    target: { name: drawn.text, serverVersion: '18.4', database: drawn.text },
    durationMs: drawn.number,
    findings: [
      sampleFinding({
        subject: drawn.subject,
        evidence: drawn.evidence,
        title: drawn.text,
        threshold: { key: 'a.b', value: drawn.number },
      }),
    ],
    proposals: [sampleProposal({ do: [drawn.text], undo: [] })],
  }),
);

describe('audit as JSON', () => {
  it('gives the report again when it is read back', () => {
    fc.assert(
      fc.property(report, fc.boolean(), (given, isCompact) => {
        expect(auditSchema.parse(JSON.parse(renderJson(given, { isCompact })))).toEqual(given);
      }),
    );
  });

  it('fixes the order of the properties', () => {
    const { target, ...rest } = sampleReport();
    const shuffled = { ...rest, target } as AuditReport;
    expect(renderJson(shuffled)).toBe(renderJson(sampleReport()));
    expect(Object.keys(JSON.parse(renderJson(shuffled)) as object)).toEqual([
      'schema',
      'target',
      'startedAt',
      'durationMs',
      'selfLoad',
      'findings',
      'proposals',
      'objectives',
      'unavailable',
    ]);
  });

  it('is one line when compact', () => {
    expect(renderJson(sampleReport(), { isCompact: true })).not.toContain('\n');
  });

  it('refuses what is no audit', () => {
    expect(auditSchema.safeParse({ ...sampleReport(), schema: 'pgsteward/audit@2' }).success).toBe(false);
    expect(auditSchema.safeParse({ ...sampleReport(), findings: [{}] }).success).toBe(false);
  });

  it('describes every field in its JSON schema and lets later fields in', () => {
    const schema = JSON.stringify(auditJsonSchema());
    for (const field of ['selfLoad', 'evidence', 'threshold', 'unavailable', 'undo', 'method']) {
      expect(schema).toContain(`"${field}":`);
    }
    expect(schema).not.toContain('"additionalProperties":false');
  });
});
