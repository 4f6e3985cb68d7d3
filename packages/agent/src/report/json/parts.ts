import * as z from 'zod';
import type { Proposal } from '../../advise/index.ts';
import type { Finding } from '../../diagnose/index.ts';
import type { Gap } from '../../observe/index.ts';
import type { AuditReport, ReportedFinding } from '../types.ts';

/** A text. */
export const text = (description: string): z.ZodString => z.string().meta({ description });

/** A list of texts. */
export const texts = (description: string): z.ZodReadonly<z.ZodArray<z.ZodString>> =>
  z.array(z.string()).readonly().meta({ description });

/** A number. */
export const number = (description: string): z.ZodNumber => z.number().meta({ description });

/** A number that may be unknown. */
export const measured = (description: string): z.ZodNullable<z.ZodNumber> =>
  z.number().nullable().meta({ description });

const SUBJECT_KINDS = [
  'server',
  'database',
  'schema',
  'table',
  'index',
  'column',
  'sequence',
  'constraint',
  'statement',
  'session',
  'setting',
  'slot',
  'replica',
  'collation',
  'transaction',
] as const;

const subject = z
  .object({
    kind: z.enum(SUBJECT_KINDS).meta({ description: 'What kind of thing the finding is about.' }),
    schema: text('Schema, empty for things that live in none.'),
    name: text(
      'Name as PostgreSQL stores it, unquoted; of a statement its query id, of a session its process id.',
    ),
    column: text('Column, where the subject is one.').exactOptional(),
    queryId: text("PostgreSQL's query id, where the subject is a statement.").exactOptional(),
  })
  .meta({ description: 'What the finding is about.' });

const evidenceValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()).readonly(),
]);

/** Evidence of a finding or a recommendation. */
export const evidenceSchema: z.ZodType<Finding['evidence']> = z.record(z.string(), evidenceValue).meta({
  description:
    'Values seen. A field ends in its unit: Ms milliseconds, Bytes bytes, Ratio 0..1, Rows rows, Count a number of things.',
});

/** A finding with the ids of its proposals. */
export const findingSchema: z.ZodType<ReportedFinding> = z
  .object({
    id: text('Id of the check that found it, such as diagnose/unused-index.'),
    severity: z
      .enum(['info', 'warning', 'critical'])
      .meta({ description: 'critical: now; warning: soon; info: worth knowing.' }),
    subject,
    title: text('One line for a person.'),
    evidence: evidenceSchema,
    threshold: z
      .object({ key: text('Setting that moves it.'), value: z.unknown().meta({ description: 'Its value.' }) })
      .meta({ description: 'The threshold that was crossed.' }),
    remedy: text('What to do about it, one sentence.'),
    source: text('Source of the rule.'),
    proposals: texts('Ids of the proposals that remedy it.'),
    docs: text('Page of the check in the reference.'),
  })
  .meta({ id: 'Finding', description: 'A diagnosed fact.' });

const effect = z
  .object({
    metric: text('What changes, such as indexBytes.'),
    before: measured('Value now; null when unknown.'),
    after: measured('Value expected; null when unknown.'),
    unit: text('Unit of both values.'),
    method: text('How the effect was predicted.'),
  })
  .meta({ description: 'Effect that the proposal is expected to have.' });

/** A proposal. */
export const proposalSchema: z.ZodType<Proposal> = z
  .object({
    id: text('Stable for the same remedy of the same object.'),
    kind: text('Kind of action, such as drop-index.'),
    title: text('One line for a person.'),
    do: texts('SQL to run, one statement each, in order.'),
    undo: texts('SQL that takes it back; empty when there is nothing to take back.'),
    afterwards: z
      .array(z.object({ what: text('What it is for.'), sql: text('The statement.') }))
      .optional()
      .meta({
        description:
          'What is done again and again, or by the application: a refresh, a statement to send instead.',
      }),
    effect,
    addsBytes: number('Space that it takes for good, in bytes; none when left out.').optional(),
    risk: z
      .object({
        level: z.enum(['low', 'medium', 'high']).meta({ description: 'How much can go wrong.' }),
        why: text('What can go wrong, one sentence.'),
      })
      .meta({ description: 'Risk of applying it.' }),
    findings: texts('Ids of the checks whose findings it remedies.'),
  })
  .meta({ id: 'Proposal', description: 'A remedy, ready to be read and judged.' });

/** What could not be looked at. */
export const gapSchema: z.ZodType<Gap> = z
  .object({
    id: text('What could not be checked or seen.'),
    reason: text('Why not.'),
    remedy: text('What would help.'),
  })
  .meta({ id: 'Unavailable', description: 'A blind spot.' });

/** The target of a report. */
export const targetSchema: z.ZodType<AuditReport['target']> = z
  .object({
    name: text('Name of the target.'),
    serverVersion: text('Version of PostgreSQL, such as 18.4.'),
    database: text('Its database.'),
  })
  .meta({ description: 'What was looked at.' });

/** What a command cost the target. */
export const selfLoadSchema: z.ZodType<AuditReport['selfLoad']> = z
  .object({
    statements: number('Statements that pgsteward ran.'),
    databaseMs: number('Time spent waiting for them, in milliseconds.'),
  })
  .meta({ description: 'What it cost the target itself.' });
