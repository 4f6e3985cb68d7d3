import * as z from 'zod';
import { runTune } from '../../../app/index.ts';
import { countOf, silentProgress } from '../../../kernel/index.ts';
import { defineTool } from '../define-tool.ts';
import { target, targetOf } from '../inputs.ts';
import { unavailable } from '../outputs.ts';
import type { Tool } from '../types.ts';

const text = z.string();
const number = z.number().nullable();

/** Gives the settings that the measured workload asks for. */
export const getTuning: Tool = defineTool({
  name: 'get_tuning',
  title: 'Tuning',
  description:
    'Settings that the measured workload asks for (memory, WAL, autovacuum, planner costs, connections), each with basis, evidence, effect, risk, SQL and undo; pool sizes for a PgBouncer. Reads the history, else the counters.',
  input: { target },
  output: {
    workload: z.object({ source: text, observedMs: z.number() }),
    machine: z.object({ memoryBytes: number, cpus: number, storage: text.nullable(), diskBytes: number }),
    recommendations: z.array(
      z.object({
        setting: text,
        current: text,
        proposed: text,
        basis: text.describe('measured, finding or formula'),
        why: text,
        needsRestart: z.boolean(),
        effect: z.object({ metric: text, before: number, after: number, unit: text, method: text }),
        risk: z.object({ level: text, why: text }),
        do: z.array(text),
        undo: z.array(text),
        findings: z.array(text),
      }),
    ),
    openFindings: z
      .array(z.object({ id: text, severity: text, title: text, remedy: text }))
      .describe('findings about settings that no recommendation remedies'),
    pooler: z
      .object({
        basis: text,
        why: text,
        defaultPoolSize: z.number(),
        pools: z.array(z.object({ database: text, user: text, busyMost: z.number(), size: z.number() })),
        maximumClients: z.number(),
        maximumServers: z.number(),
      })
      .nullable(),
    unavailable: z.array(unavailable),
  },
  list: 'recommendations',
  async run(given, { source, signal }) {
    const { connection, settings } = targetOf(source, given.target);
    const { store, clock } = source;
    const report = await runTune(connection, {
      settings,
      store,
      observeMs: 0,
      clock,
      onProgress: silentProgress,
      signal,
    });
    return {
      headline: countOf(report.recommendations.length, 'recommendation'),
      target: connection.name,
      data: report,
      next: 'propose_change with the SQL of one; where memory is unknown, a person sets target.memory-bytes',
    };
  },
});
