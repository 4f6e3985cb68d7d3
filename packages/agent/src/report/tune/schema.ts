import * as z from 'zod';
import {
  evidenceSchema,
  gapSchema,
  measured,
  number,
  proposalSchema,
  selfLoadSchema,
  targetSchema,
  text,
} from '../json/parts.ts';
import type { TuneReport } from './types.ts';

const basis = z.enum(['measured', 'finding', 'formula']).meta({
  description:
    'measured: the workload asks for it; finding: a finding of the audit does; formula: a starting point for a machine of this size.',
});

const recommendation = proposalSchema
  .and(
    z.object({
      setting: text('Server setting, or storage parameters of a table.'),
      table: z
        .object({ schema: text('Its schema.'), name: text('Its name, unquoted.') })
        .nullable()
        .meta({ description: 'Table whose parameters they are; null for a server setting.' }),
      current: text('Value now, for a person.'),
      proposed: text('Value proposed, as PostgreSQL takes it.'),
      basis,
      why: text('What was seen and what follows.'),
      evidence: evidenceSchema,
      source: text('Source of the rule.'),
      needsRestart: z.boolean().meta({ description: 'Whether it waits for a restart once it was applied.' }),
    }),
  )
  .meta({ id: 'Recommendation', description: 'A proposal for a setting, with what speaks for it.' });

const pooler = z
  .object({
    basis,
    why: text('What was seen.'),
    defaultPoolSize: number('Connections of a pool that is not listed.'),
    pools: z
      .array(
        z.object({
          database: text('Its database.'),
          user: text('Its user.'),
          busyMost: number('Sessions at work at the busiest.'),
          size: number('Connections that the pool should open at most.'),
        }),
      )
      .readonly()
      .meta({ description: 'Pools that were seen, the largest first.' }),
    maximumClients: number('Clients that the pooler lets in.'),
    maximumServers: number('Connections of all pools together, at most.'),
  })
  .nullable()
  .meta({ description: 'Pools of a PgBouncer before the server; null behind a pooler in transaction mode.' });

/** Schema of `tune --json`, `pgsteward/tune@1`; the published JSON schema is generated from it. */
export const tuneSchema: z.ZodType<TuneReport> = z
  .object({
    schema: z.literal('pgsteward/tune@1').meta({ description: 'Name and version of this format.' }),
    target: targetSchema,
    startedAt: text('When it began: ISO 8601, UTC.'),
    durationMs: number('How long it took, in milliseconds.'),
    selfLoad: selfLoadSchema,
    machine: z
      .object({
        memoryBytes: measured('Its memory; null when nobody said.'),
        cpus: measured('Its processors; null when nobody said.'),
        storage: z.enum(['ssd', 'hdd']).nullable().meta({ description: 'What the data lie on.' }),
        diskBytes: measured('Size that the database may reach.'),
      })
      .meta({ description: "The target's machine, as far as its owner said." }),
    workload: z
      .object({
        source: z.enum(['history', 'observed', 'counters']).meta({
          description:
            'history: kept by the daemon; observed: watched just now; counters: since their reset.',
        }),
        observedMs: number('Time that was looked at, in milliseconds.'),
      })
      .meta({ description: 'Where the measurements come from.' }),
    recommendations: z
      .array(recommendation)
      .readonly()
      .meta({ description: 'Settings to change; each stands for itself, and all together fit the memory.' }),
    openFindings: z
      .array(
        z.object({
          id: text('Check that found it.'),
          severity: z
            .enum(['info', 'warning', 'critical'])
            .meta({ description: 'critical: now; warning: soon; info: worth knowing.' }),
          title: text('One line for a person.'),
          remedy: text('What to do about it, one sentence.'),
        }),
      )
      .readonly()
      .meta({ description: 'Findings about server settings that no recommendation remedies.' }),
    pooler,
    unavailable: z.array(gapSchema).readonly().meta({ description: 'What could not be judged, and why.' }),
  })
  .meta({ title: 'pgsteward tune', description: 'Result of pgsteward tune --json.' });

/** Gives the JSON schema of `tune --json` (draft 2020-12), as published in the reference; later fields may be added. */
export function tuneJsonSchema(): object {
  return z.toJSONSchema(tuneSchema, { io: 'input' });
}
