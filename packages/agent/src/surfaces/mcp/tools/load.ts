import * as z from 'zod';
import { readCharts, readLoad, readLoadTop, readSessionsOnce } from '../../../app/index.ts';
import { countOf } from '../../../kernel/index.ts';
import { defineTool } from '../define-tool.ts';
import { rangeOf, target, targetOf, window } from '../inputs.ts';
import { event, finding } from '../outputs.ts';
import { textFor } from '../redact.ts';
import type { Tool } from '../types.ts';
import { findingsOf } from './health.ts';

const number = z.number().nullable();
type Values = readonly (number | null)[];

/** Says what a target is busy with. */
export const getLoad: Tool = defineTool({
  name: 'get_load',
  title: 'Load',
  description:
    'Average active sessions of a window, cut by what they wait for, by statement, user, application or database; and the statements that make it.',
  input: {
    target,
    window,
    by: z.enum(['wait', 'waitType', 'query', 'user', 'application', 'database']).default('wait'),
  },
  output: {
    activeSessions: z.number(),
    bands: z.array(z.object({ name: z.string(), average: number, maximum: number })),
    statements: z.array(
      z.object({
        fingerprint: z.string(),
        text: z.string().nullable(),
        activeSessions: z.number(),
        share: z.number(),
        waits: z.array(z.object({ name: z.string(), share: z.number() })),
        calls: number,
        meanMs: number,
      }),
    ),
    events: z.array(event),
  },
  list: 'statements',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const history = await source.store.target(one.connection.name);
    const range = rangeOf(source, given.window);
    const [load, top] = await Promise.all([
      readLoad(source.store, history, { range, by: given.by, cpus: null }),
      readLoadTop(source.store, history, range),
    ]);
    return {
      headline: `${top.activeSessions.toPrecision(3)} sessions active on average`,
      target: one.connection.name,
      data: {
        ...top,
        bands: load.chart.series.map(({ name, values }) => ({
          name,
          average: averageOf(values),
          maximum: maximumOf(values),
        })),
        events: load.events.slice(-20),
      },
      next: 'get_query with a fingerprint',
    };
  },
});

/** Shows who waits for whom. */
export const getLocks: Tool = defineTool({
  name: 'get_locks',
  title: 'Locks',
  description:
    'Sessions right now: who waits for a lock, who holds it (the root of the pile), and transactions left open.',
  input: {
    target,
    all: z.boolean().default(false).describe('Also sessions that neither wait nor are waited for'),
  },
  output: {
    atMs: z.number(),
    roots: z.array(z.number()).describe('Process ids that block others and wait for nobody'),
    sessions: z.array(
      z.object({
        pid: z.number(),
        user: z.string(),
        application: z.string(),
        state: z.string(),
        wait: z.string().nullable(),
        blockedBy: z.array(z.number()),
        transactionMs: number,
        stateMs: number,
        lockWaitMs: number,
        query: z.string(),
      }),
    ),
  },
  list: 'sessions',
  async run(given, { source, signal }) {
    const { connection, settings } = targetOf(source, given.target);
    const atMs = source.clock.now().getTime();
    const { sessions } = await readSessionsOnce(connection, { settings, atMs, signal });
    const redact = textFor(settings);
    const blocking = new Set(sessions.flatMap(({ blockedBy }) => blockedBy));
    const isInvolved = (session: (typeof sessions)[number]): boolean =>
      session.blockedBy.length > 0 || blocking.has(session.pid);
    const roots = sessions.filter((one) => blocking.has(one.pid) && one.blockedBy.length === 0);
    const shown = sessions.filter(
      (one) => given.all || isInvolved(one) || one.state.includes('in transaction'),
    );
    const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0);
    return {
      headline: `${countOf(waiting.length, 'session')} wait for a lock, ${countOf(roots.length, 'session')} at the root`,
      target: connection.name,
      data: {
        atMs,
        roots: roots.map(({ pid }) => pid),
        sessions: shown.map((one) => ({ ...one, query: redact(one.query) })),
      },
      next: 'A person ends a session with `pgsteward top` or the dashboard',
    };
  },
});

/** Shows how replication does. */
export const getReplication: Tool = defineTool({
  name: 'get_replication',
  title: 'Replication',
  description:
    'Lag of replicas, WAL kept for slots, WAL rate, checkpoints and archiving over a window; findings.',
  input: { target, window },
  output: {
    measures: z.array(
      z.object({ title: z.string(), unit: z.string(), name: z.string(), last: number, maximum: number }),
    ),
    findings: z.array(finding),
  },
  list: 'measures',
  async run(given, { source }) {
    const one = targetOf(source, given.target);
    const history = await source.store.target(one.connection.name);
    const { charts } = await readCharts(history, 'replication', rangeOf(source, given.window));
    const { view } = await findingsOf(source, one);
    const measures = charts.flatMap(({ title, unit, series }) =>
      series.map(({ name, values }) => ({
        title,
        unit,
        name,
        last: values.findLast((value) => value !== null) ?? null,
        maximum: maximumOf(values),
      })),
    );
    return {
      headline: countOf(measures.length, 'measure'),
      target: one.connection.name,
      data: {
        measures,
        findings: view.findings.filter(({ subjectKind }) => ['replica', 'slot'].includes(subjectKind)),
      },
    };
  },
});

function averageOf(values: Values): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function maximumOf(values: Values): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((most, value) => Math.max(most, value));
}
