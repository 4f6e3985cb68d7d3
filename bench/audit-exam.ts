import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  applyAsTuned,
  faults,
  type PlantedFault,
  recommendedServerSettings,
} from '@pgsteward/market-research';
import type { AuditReport, ReportedFinding } from '../packages/agent/src/report/index.ts';
import { runAgent } from './lib/agent-process.ts';
import { type Marks, mark, readSurroundings } from './lib/exam.ts';
import { foundByList } from './lib/peer-checks.ts';
import { type LogReading, pgbadgerSettings, readLog } from './lib/pgbadger.ts';
import {
  createReference,
  loadReference,
  type ReferenceOptions,
  withClient,
  withPlantedSessions,
} from './lib/reference.ts';
import { type Bar, type BenchResult, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

/** An audit with its marks and what it was not asked for. */
interface Exam {
  readonly marks: Marks;
  /** Marks of a second audit that nobody lowered a threshold for. */
  readonly atDefaults: Marks;
  readonly leftOut: readonly PlantedFault[];
  readonly report: AuditReport;
}

const BARS: readonly Bar[] = [
  { figure: 'recall', operator: '>=', limit: 1 },
  { figure: 'precision', operator: '>=', limit: 0.95 },
];

/**
 * Precision and recall of the built `audit` against planted faults, beside peers on the same database. Options:
 * `--scale 0.2`, `--seconds 20` of workload, `--seed 42`; or `--url URL --manifest FILE` for a database that
 * somebody else has prepared, which is audited and not touched.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      scale: { type: 'string', default: '0.2' },
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string', default: '42' },
      manifest: { type: 'string' },
      url: { type: 'string' },
    },
  });
  const { manifest, url } = values;
  const scale = Number(values.scale);
  if (url !== undefined) {
    const planted = manifest === undefined ? faults : readManifest(manifest);
    const exam = await examine(url, scale, planted);
    printResult(
      { bench: 'audit-exam', figures: figuresOf(exam), peers: {}, bars: BARS, notes: notesOf(exam) },
      args,
    );
    return;
  }
  const chosen = { scale, seconds: Number(values.seconds), seed: Number(values.seed) };
  await withServer(
    { ...recommendedServerSettings['as-found'], ...pgbadgerSettings },
    async (bench) => {
      const options = { ...chosen, url: bench.url };
      const found = await examineAsFound(options);
      const { expected } = chooseFaults(scale, faults);
      const log = readLog(bench.logFile, expected);
      await bench.restart(recommendedServerSettings['as-tuned']);
      const tuned = await examineAsTuned(options);
      printResult(resultOf({ found, tuned, expected, log }), args);
    },
    { isDurable: true },
  );
}

async function examineAsFound(options: ReferenceOptions): Promise<Exam> {
  await createReference(options, 'as-found');
  await loadReference(options, 'as-found');
  return withPlantedSessions(options.url, () => examine(options.url, options.scale, faults));
}

/** The same database after its remedies, with what it did before forgotten, under the load of its own state. */
async function examineAsTuned(options: ReferenceOptions): Promise<Exam> {
  await applyAsTuned(options.url);
  await withClient(options.url, async (client) => {
    await client.query('select pg_stat_reset(), pg_stat_statements_reset(), pg_stat_reset_shared()');
    await client.query('vacuum (analyze)');
  });
  await loadReference(options, 'as-tuned');
  return examine(options.url, options.scale, faults);
}

/** Audits a database as it stands, with the thresholds that the manifest lowers. */
async function examine(url: string, scale: number, manifest: readonly PlantedFault[]): Promise<Exam> {
  const { expected, leftOut } = chooseFaults(scale, manifest);
  const settings = new Map(
    manifest
      .filter((fault) => fault.minimumScale <= scale)
      .flatMap((fault) => Object.entries(fault.settings)),
  );
  const words = [...settings].flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  return withClient(url, async (client) => {
    const report = await audit(url, words);
    const byDefault = await audit(url, []);
    const surroundings = await readSurroundings(client);
    const marks = mark(report, expected, manifest, surroundings);
    return { marks, atDefaults: mark(byDefault, expected, manifest, surroundings), leftOut, report };
  });
}

async function audit(url: string, words: readonly string[]): Promise<AuditReport> {
  const agent = await runAgent(['audit', url, '--json', '--quiet', ...words]);
  if (agent.exitCode !== 0) throw new Error(`the audit ended with ${agent.exitCode}`);
  return JSON.parse(agent.stdout) as AuditReport;
}

/** What can be seen at a scale, and what is left out because the check reads a plan. */
function chooseFaults(
  scale: number,
  manifest: readonly PlantedFault[],
): { readonly expected: readonly PlantedFault[]; readonly leftOut: readonly PlantedFault[] } {
  const visible = manifest.filter((fault) => fault.minimumScale <= scale);
  const needsPlans = (fault: PlantedFault): boolean => fault.needs.includes('plans');
  return {
    expected: visible.filter((fault) => !needsPlans(fault)),
    leftOut: visible.filter(needsPlans),
  };
}

/** Reads a manifest in the form of `faults.json`; all but id and subject may be missing. */
function readManifest(file: string): readonly PlantedFault[] {
  const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly (Partial<PlantedFault> &
    Pick<PlantedFault, 'id' | 'subject'>)[];
  return rows.map((row) => ({
    accepts: [],
    minimumScale: 0,
    settings: {},
    needs: [],
    how: '',
    alsoRaises: [],
    remainsTuned: false,
    ...row,
  }));
}

function figuresOf({ marks, atDefaults, leftOut, report }: Exam): Readonly<Record<string, number>> {
  const planted = marks.found.length + marks.missed.length;
  const alarms = marks.alarms.length;
  return {
    plantedFaults: planted,
    plantedKinds: new Set([...marks.found, ...marks.missed].map(({ id }) => id)).size,
    foundFaults: marks.found.length,
    recall: marks.found.length / planted,
    faultsLeftOut: leftOut.length,
    warningsAndCriticals: alarms,
    unexplainedWarnings: marks.unexplained.length,
    precision: alarms === 0 ? 1 : (alarms - marks.unexplained.length) / alarms,
    infoFindings: marks.infos.length,
    defaultFoundFaults: atDefaults.found.length,
    defaultWarningsAndCriticals: atDefaults.alarms.length,
    defaultUnexplainedWarnings: atDefaults.unexplained.length,
    auditMs: report.durationMs,
    databaseMs: report.selfLoad.databaseMs,
  };
}

function notesOf({ marks, atDefaults, leftOut }: Exam): readonly string[] {
  return [
    ...marks.missed.map((fault) => `missed       ${fault.id} ${JSON.stringify(fault.subject)}`),
    ...marks.unexplained.map((one) => `unexplained  ${describe(one)}`),
    ...atDefaults.unexplained.map((one) => `by default   ${describe(one)}`),
    ...leftOut.map((fault) => `left out     ${fault.id}: needs plans`),
  ];
}

function describe({ id, severity, subject, title }: ReportedFinding): string {
  return `${severity} ${id} ${subject.kind} ${subject.name}: ${title}`;
}

function resultOf(ran: {
  readonly found: Exam;
  readonly tuned: Exam;
  readonly expected: readonly PlantedFault[];
  readonly log: LogReading | null;
}): BenchResult {
  const { found, tuned, expected, log } = ran;
  const pghero = foundByList('pghero', expected);
  const mcp = foundByList('postgresMcp', expected);
  const listed = 'by its published list, not run';
  return {
    bench: 'audit-exam',
    figures: { ...figuresOf(found), tunedWarningsOrCriticals: tuned.marks.alarms.length },
    peers: {
      pgbadger:
        log === null
          ? { how: 'not installed' }
          : {
              how: 'run over the log of all statements',
              pgbadgerFound: log.found.length,
              recall: log.found.length / expected.length,
              logBytes: log.logBytes,
              wallMs: Math.round(log.wallMs),
              kinds: [...new Set(log.found.map(({ id }) => id))].join(' '),
            },
      pghero: {
        how: listed,
        pgheroWouldFind: pghero.wouldFind,
        recall: pghero.wouldFind / expected.length,
        rules: pghero.rules.join('; '),
      },
      postgresMcp: {
        how: listed,
        postgresMcpWouldFind: mcp.wouldFind,
        recall: mcp.wouldFind / expected.length,
        rules: mcp.rules.join('; '),
      },
    },
    bars: [...BARS, { figure: 'tunedWarningsOrCriticals', operator: '<=', limit: 0 }],
    notes: [...notesOf(found), ...tuned.marks.alarms.map((one) => `tuned        ${describe(one)}`)],
  };
}
