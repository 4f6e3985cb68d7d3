import { displayName } from '../../kernel/index.ts';
import type { AuditReport, ReportedFinding } from '../../report/index.ts';
import type { StoredEvent } from '../../series/index.ts';

/** Tells which findings a diagnosis has that the one before had not, and which are gone. */
export function findingEvents(before: AuditReport, after: AuditReport, at: Date): readonly StoredEvent[] {
  // A check that could not look has not found that something is over.
  const blind = new Set(after.unavailable.map(({ id }) => id));
  const known = new Map(before.findings.map((finding) => [keyOf(finding), finding]));
  const now = new Map(after.findings.map((finding) => [keyOf(finding), finding]));
  const opened = [...now].filter(([key]) => !known.has(key)).map(([, one]) => eventOf(one, 'opened', at));
  const closed = [...known]
    .filter(([key, { id }]) => !now.has(key) && !blind.has(id))
    .map(([, one]) => eventOf(one, 'closed', at));
  return [...opened, ...closed];
}

function keyOf({ id, subject }: ReportedFinding): string {
  return JSON.stringify([id, subject.kind, subject.schema, subject.name, subject.queryId ?? null]);
}

function eventOf(
  { id, severity, subject, title }: ReportedFinding,
  change: 'opened' | 'closed',
  at: Date,
): StoredEvent {
  const name = subject.schema === '' ? subject.name : displayName(subject.schema, subject.name);
  return {
    at,
    kind: 'finding',
    subject: `${id} ${name}`.trim(),
    detail: { change, id, severity, text: title },
  };
}
