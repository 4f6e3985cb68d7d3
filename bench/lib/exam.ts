import type { ExpectedFinding, FaultSubject, PlantedFault } from '@pgsteward/market-research';
import type pg from 'pg';
import type { AuditReport, ReportedFinding } from '../../packages/agent/src/report/index.ts';

/** How an audit did against a manifest of planted faults. */
export interface Marks {
  readonly found: readonly PlantedFault[];
  readonly missed: readonly PlantedFault[];
  /** Warnings and criticals, however they are explained. */
  readonly alarms: readonly ReportedFinding[];
  /** Alarms that no planting explains. */
  readonly unexplained: readonly ReportedFinding[];
  readonly infos: readonly ReportedFinding[];
}

/** What stands behind the names of a manifest in a running database. */
export interface Surroundings {
  readonly database: string;
  /** Application names by process id. */
  readonly applications: ReadonlyMap<string, string>;
  /** Statement texts by query id. */
  readonly statements: ReadonlyMap<string, string>;
}

/** Reads what sessions and statements are called, with one session, beside the audit. */
export async function readSurroundings(client: pg.Client): Promise<Surroundings> {
  const [named] = (await client.query<{ name: string }>('select current_database() as name')).rows;
  const sessions = await client.query<{ pid: string; name: string }>(
    'select pid::text, application_name as name from pg_catalog.pg_stat_activity',
  );
  const known = await client.query('select from pg_catalog.pg_extension where extname = $1', [
    'pg_stat_statements',
  ]);
  const statements =
    known.rowCount === 0
      ? []
      : (
          await client.query<{ id: string; query: string }>(
            'select queryid::text as id, query from pg_stat_statements where query is not null',
          )
        ).rows;
  return {
    database: named?.name ?? '',
    applications: new Map(sessions.rows.map(({ pid, name }) => [pid, name])),
    statements: new Map(statements.map(({ id, query }) => [id, query])),
  };
}

/**
 * Marks an audit. A fault is found when a finding has its id and its subject or an accepted one. An alarm is
 * explained when it is a fault of the manifest, at whatever scale that is expected, or listed as also raised.
 * @param expected the faults that have to be found
 * @param manifest all faults that may be there
 */
export function mark(
  report: AuditReport,
  expected: readonly PlantedFault[],
  manifest: readonly PlantedFault[],
  surroundings: Surroundings,
): Marks {
  const isFinding = (finding: ReportedFinding, { id, subject }: ExpectedFinding): boolean =>
    finding.id === id && isSubject(finding, subject, surroundings);
  const isFound = (fault: PlantedFault): boolean =>
    subjectsOf(fault).some((wanted) => report.findings.some((finding) => isFinding(finding, wanted)));
  const explanations = manifest.flatMap((fault) => [...subjectsOf(fault), ...fault.alsoRaises]);
  const alarms = report.findings.filter(({ severity }) => severity !== 'info');
  return {
    found: expected.filter(isFound),
    missed: expected.filter((fault) => !isFound(fault)),
    alarms,
    unexplained: alarms.filter((finding) => !explanations.some((wanted) => isFinding(finding, wanted))),
    infos: report.findings.filter(({ severity }) => severity === 'info'),
  };
}

/** Whether a part of a statement's text stands in it, however it is broken into lines. */
export function containsText(text: string, part: string): boolean {
  const plain = (from: string): string => from.replace(/\s+/g, ' ').toLowerCase();
  return plain(text).includes(plain(part));
}

function subjectsOf({ id, subject, accepts }: PlantedFault): readonly ExpectedFinding[] {
  return [subject, ...accepts].map((accepted) => ({ id, subject: accepted }));
}

function isSubject({ subject, evidence }: ReportedFinding, wanted: FaultSubject, at: Surroundings): boolean {
  if (subject.kind !== wanted.kind) return false;
  if (wanted.kind === 'statement') {
    const text = at.statements.get(subject.queryId ?? subject.name) ?? String(evidence['query'] ?? '');
    return containsText(text, wanted.matches);
  }
  if (subject.schema !== wanted.schema || subject.column !== wanted.column) return false;
  if (wanted.kind === 'session' && at.applications.get(subject.name) === wanted.name) return true;
  if (wanted.name === '$server') return true;
  return subject.name === (wanted.name === '$database' ? at.database : wanted.name);
}
