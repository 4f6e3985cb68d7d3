import * as z from 'zod';
import {
  findingSchema,
  gapSchema,
  number,
  proposalSchema,
  targetSchema,
  text,
  texts,
} from '../json/parts.ts';
import { planSchema } from '../json/plan-schema.ts';
import { rewriteSchema } from '../rewrites/schema.ts';
import type { ExplainReport } from './types.ts';

const variant = z.object({
  kind: z.enum(['common', 'median', 'rare']).meta({ description: 'How many rows the values let through.' }),
  values: z
    .array(z.string().nullable())
    .readonly()
    .meta({ description: 'Values of $1, $2 … as text; null is NULL.' }),
  plan: planSchema,
});

const supposedIndex = z.object({
  sql: text('create index, every name quoted.'),
  sizeBytes: number('Predicted size.'),
  isUsed: z.boolean().meta({ description: 'Whether the plan uses it.' }),
});

const whatIf = z
  .object({
    indexes: z.array(supposedIndex).readonly().meta({ description: 'Indexes supposed.' }),
    hidden: texts('Existing indexes taken to be dropped.'),
    planner: z.object({
      provider: z.enum(['shadow', 'hypopg']).meta({ description: 'Whose planner answered.' }),
      serverVersion: text('Its version of PostgreSQL.'),
    }),
    beforeCost: number('Planned cost as it is.'),
    afterCost: number('Planned cost with what is supposed.'),
    plan: planSchema,
  })
  .nullable()
  .meta({ description: 'What would be with and without indexes; null when nothing was supposed.' });

const verifiedPlan = z.object({
  indexes: z.enum(['existing', 'supposed']).meta({ description: 'With which indexes.' }),
  shadowCost: number('As the shadow plans.'),
  targetCost: number('As the target plans.'),
  differences: z
    .array(
      z.object({
        path: text('The node, from the top.'),
        what: z.enum(['shape', 'rows', 'cost']).meta({ description: 'What differs.' }),
        left: text('In the shadow.'),
        right: text('On the target.'),
      }),
    )
    .readonly()
    .meta({ description: 'None when the plans are the same.' }),
});

/** Schema of `explain --json`, `pgsteward/explain@1`; the published JSON schema is generated from it. */
export const explainSchema: z.ZodType<ExplainReport> = z
  .object({
    schema: z.literal('pgsteward/explain@1').meta({ description: 'Name and version of this format.' }),
    target: targetSchema,
    startedAt: text('When it began: ISO 8601, UTC.'),
    statement: z
      .object({
        queryId: z.string().nullable().meta({ description: "PostgreSQL's query id, when it was given." }),
        sql: text('The statement.'),
      })
      .meta({ description: 'What was explained.' }),
    plan: planSchema,
    isAnalyzed: z.boolean().meta({ description: 'Whether it was run: read-only, and rolled back.' }),
    variants: z
      .array(variant)
      .readonly()
      .meta({ description: 'Plans with typical values of the parameters.' }),
    findings: z
      .array(findingSchema)
      .readonly()
      .meta({ description: 'What is wrong with the statement or its plan, worst first.' }),
    proposals: z
      .array(proposalSchema)
      .readonly()
      .meta({ description: 'Remedies of those findings that SQL remedies.' }),
    rewrites: z.array(rewriteSchema).readonly().meta({
      description:
        'Statements that may stand in its place; `queries --advice --check` compares their results.',
    }),
    whatIf,
    verification: z
      .array(verifiedPlan)
      .readonly()
      .nullable()
      .meta({ description: 'Shadow and target side by side; null when it was not asked for.' }),
    unavailable: z.array(gapSchema).readonly().meta({ description: 'What could not be looked at, and why.' }),
  })
  .meta({ title: 'pgsteward explain', description: 'Result of pgsteward explain --json.' });

/** Gives the JSON schema of `explain --json` (draft 2020-12), as published in the reference; later fields may be added. */
export function explainJsonSchema(): object {
  return z.toJSONSchema(explainSchema, { io: 'input' });
}
