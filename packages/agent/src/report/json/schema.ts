import * as z from 'zod';
import type { AuditReport } from '../types.ts';
import {
  findingSchema,
  gapSchema,
  measured,
  number,
  proposalSchema,
  selfLoadSchema,
  targetSchema,
  text,
} from './parts.ts';

const objective = z
  .object({
    id: text('Such as objective/buffer-hit.'),
    target: number('Level to hold, in the unit given.'),
    actual: measured('Where the target stands; null when it cannot be known.'),
    unit: z.enum(['ratio', 'ms']).meta({ description: 'ratio: 0..1; ms: milliseconds.' }),
    met: z.boolean().nullable().meta({ description: 'Null when unknown.' }),
    method: text('How the value was found, or why it is unknown.'),
  })
  .meta({ id: 'Objective', description: 'A service level and where the target stands.' });

/** Schema of `audit --json`, `pgsteward/audit@1`; the published JSON schema is generated from it. */
export const auditSchema: z.ZodType<AuditReport> = z
  .object({
    schema: z.literal('pgsteward/audit@1').meta({ description: 'Name and version of this format.' }),
    target: targetSchema,
    startedAt: text('When the audit began: ISO 8601, UTC.'),
    durationMs: number('How long it took, in milliseconds.'),
    selfLoad: selfLoadSchema,
    findings: z.array(findingSchema).readonly().meta({ description: 'Worst first.' }),
    proposals: z.array(proposalSchema).readonly().meta({ description: 'Remedies of the findings.' }),
    objectives: z.array(objective).readonly().meta({ description: 'Service levels.' }),
    unavailable: z.array(gapSchema).readonly().meta({ description: 'What could not be checked, and why.' }),
  })
  .meta({ title: 'pgsteward audit', description: 'Result of pgsteward audit --json.' });

/** Gives the JSON schema of `audit --json` (draft 2020-12), as published in the reference; later fields may be added. */
export function auditJsonSchema(): object {
  return z.toJSONSchema(auditSchema, { io: 'input' });
}
