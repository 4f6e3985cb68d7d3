import * as z from 'zod';

/** Shapes that several tools answer with. */
const text: z.ZodString = z.string();
const number: z.ZodNullable<z.ZodNumber> = z.number().nullable();

/** A finding. */
export const finding: z.ZodObject = z.object({
  id: text,
  severity: z.enum(['critical', 'warning', 'info']),
  title: text,
  subject: text,
  subjectKind: text,
  queryId: text.nullable(),
  evidence: z.array(z.object({ name: text, value: text })),
  threshold: text.describe('Setting that moves it'),
  remedy: text,
  source: text,
  proposals: z.array(z.object({ title: text, sql: z.array(text), undo: z.array(text) })),
});

/** A service level. */
export const objective: z.ZodObject = z.object({
  id: text,
  title: text,
  target: z.number(),
  actual: number,
  isMet: z.boolean().nullable(),
  method: text,
  budgetLeft: number.describe('Share of the error budget of 30 days'),
  burn: number.describe('Speed at which it was spent in the last hour; 1 is sustainable'),
});

/** A statement over a window. */
export const query: z.ZodObject = z.object({
  fingerprint: text,
  text: text.nullable(),
  share: z.number(),
  calls: z.number(),
  callsPerSecond: number,
  totalMs: z.number(),
  meanMs: z.number(),
  p95Ms: z.number(),
  rowsPerCall: z.number(),
  hitRatio: number,
  readBlocksPerCall: z.number(),
  tempBlocksPerCall: z.number(),
  walBytesPerCall: z.number(),
  meanMsLastWeek: number.describe('Same window a week before'),
});

/** A node of a plan. */
export const planNode: z.ZodObject = z.object({
  depth: z.number(),
  title: text,
  facts: text,
  details: z.array(text),
  share: z.number(),
});

/** Something that happened. */
export const event: z.ZodObject = z.object({ atMs: z.number(), kind: text, subject: text, text });

/** What could not be checked. */
export const unavailable: z.ZodObject = z.object({ id: text, reason: text, remedy: text });

/** An action. */
export const action: z.ZodObject = z.object({
  id: text,
  target: text,
  state: text,
  standing: text,
  kind: text,
  object: text,
  title: text,
  statements: z.array(text),
  undo: z.array(text),
  effect: z.object({ metric: text, before: number, after: number, unit: text, method: text }),
  effectText: text.nullable(),
  risk: z.object({ level: text, why: text }),
  findings: z.array(text),
  addsBytes: z.number(),
  proposedBy: text,
  proposedAtMs: z.number(),
  approvedBy: text.nullable(),
  notBeforeMs: number,
  appliedAtMs: number,
  changedAtMs: z.number(),
  note: text,
  verdict: z.unknown(),
});
