import type { Finding } from '../../diagnose/index.ts';
import { displayName, formatBytes, formatDuration } from '../../kernel/index.ts';
import type { Gap, Observation, SettingFacts, WorkloadFacts } from '../../observe/index.ts';
import { MEMORY_SETTINGS } from '../../settings/index.ts';
import { settingObstacle, settingStatements } from '../setting-statements.ts';
import { optionStatements, optionsOf } from '../table-options.ts';
import type { Risk } from '../types.ts';
import { affordable } from './affordable.ts';
import { advisePooler } from './pooler.ts';
import { tuneRules } from './registry.ts';
import type { TuneValues } from './settings.ts';
import type {
  Machine,
  MemoryLimits,
  Outcome,
  Recommendation,
  SettingDraft,
  TableDraft,
  TuneInput,
  Tuning,
} from './types.ts';
import { countersWorkload } from './workload.ts';

/** What settings are looked at with. */
export interface TuneOptions {
  readonly findings: readonly Finding[];
  readonly machine: Machine;
  readonly limits: MemoryLimits;
  readonly values: TuneValues;
  /** The workload as it was measured for this purpose; that of the history, else of the counters, when left out. */
  readonly workload?: WorkloadFacts | null;
}

/**
 * Derives settings from the measured workload: that of the history where there is one, else of the counters. Each
 * recommendation says whether it was measured or follows from a formula. All of them together never promise more memory
 * than the machine has.
 */
export function tune(observation: Observation, options: TuneOptions): Tuning {
  const { snapshot, history } = observation;
  const { machine } = options;
  const workload = options.workload ?? history?.workload ?? countersWorkload(snapshot);
  const { source, observedMs } = workload;
  const about = { machine, workload: { source, observedMs } };
  const { serverSettings } = snapshot.sections;
  if (serverSettings.status !== 'ok') {
    const { reason, remedy } = serverSettings;
    const unavailable = [{ id: 'tune/server-settings', reason, remedy }];
    return { ...about, recommendations: [], openFindings: [], pooler: null, unavailable };
  }
  const settings = serverSettings.data;
  const wanted = new Map<string, number>();
  const number = (name: string): number | null => wanted.get(name) ?? settings.get(name)?.number ?? null;
  const input: TuneInput = {
    ...options,
    snapshot,
    workload,
    isNew: observedMs < options.values.minimumMs,
    setting: (name) => settings.get(name),
    number,
    affordable: (name) => affordable(name, (one) => number(one) ?? 0, options),
  };
  const ran = runRules(input, wanted);
  const openFindings = leftOpen(options.findings, ran.recommendations);
  return { ...about, ...ran, openFindings, pooler: advisePooler(input) };
}

function leftOpen(
  findings: readonly Finding[],
  recommendations: readonly Recommendation[],
): Tuning['openFindings'] {
  const remedied = new Set(
    recommendations.filter(({ table }) => table === null).map(({ setting }) => setting),
  );
  return findings
    .filter(({ subject }) => subject.kind === 'setting' && !remedied.has(subject.name))
    .map(({ id, severity, title, remedy }) => ({ id, severity, title, remedy }));
}

/** Runs the rules in their order; what one wants is written down for those after it. */
function runRules(
  input: TuneInput,
  wanted: Map<string, number>,
): Pick<Tuning, 'recommendations' | 'unavailable'> {
  const recommendations: Recommendation[] = [];
  const unavailable: Gap[] = [];
  for (const rule of tuneRules) {
    for (const outcome of rule.run(input)) {
      const said = recommend(outcome, input);
      if (said === null) continue;
      if ('reason' in said) {
        unavailable.push({ id: rule.id, ...said });
        continue;
      }
      recommendations.push(said);
      if (outcome.kind === 'setting') note(outcome, wanted, input);
    }
  }
  return { recommendations, unavailable };
}

/** What lowers a setting is not counted on where it frees memory: it may be applied last, or never. */
function note({ name, number }: SettingDraft, wanted: Map<string, number>, input: TuneInput): void {
  if (number === null) return;
  const least = MEMORY_SETTINGS.includes(name) ? (input.number(name) ?? 0) : number;
  wanted.set(name, Math.max(least, number));
}

/** Makes a proposal of what a rule wants; null when it is so already. */
function recommend(outcome: Outcome, input: TuneInput): Recommendation | Omit<Gap, 'id'> | null {
  switch (outcome.kind) {
    case 'gap':
      return { reason: outcome.reason, remedy: outcome.remedy };
    case 'table':
      return tableRecommendation(outcome, input);
    case 'setting': {
      const setting = input.setting(outcome.name);
      // What waits for a restart was decided; diagnose/settings-drift says so.
      if (setting === undefined || setting.isPendingRestart || isAlready(setting, outcome)) return null;
      const obstacle = settingObstacle(setting);
      if (obstacle !== null) {
        return { reason: obstacle, remedy: `set ${outcome.name} = ${outcome.value} there: ${outcome.why}` };
      }
      return settingRecommendation(setting, outcome, input);
    }
  }
}

function isAlready(setting: SettingFacts, { number, value }: SettingDraft): boolean {
  return number === null ? setting.value === value : setting.number === number;
}

function settingRecommendation(setting: SettingFacts, draft: SettingDraft, input: TuneInput): Recommendation {
  const needsRestart = setting.context === 'postmaster';
  const { name, value } = draft;
  return {
    ...settingStatements(setting, value, input.snapshot.server.database),
    ...shared(draft, input, needsRestart),
    id: `alter-setting/${name}`,
    kind: 'alter-setting',
    title: `Set ${name} to ${value}${needsRestart ? ', restart pending' : ''}`,
    setting: name,
    table: null,
    current: shown(setting),
    proposed: value,
    needsRestart,
    findings: findingsOf(draft, input, (finding) => isAbout(finding, name)),
  };
}

function tableRecommendation(draft: TableDraft, input: TuneInput): Recommendation {
  const { table, options } = draft;
  const name = displayName(table.schema, table.name);
  const before = optionsOf(table);
  const statements = optionStatements(table, options);
  const write = (value: (option: string, proposed: string) => string): string =>
    options.map(([option, proposed]) => `${option} = ${value(option, proposed)}`).join(', ');
  const isHere = ({ subject }: Finding): boolean =>
    subject.kind === 'table' && subject.schema === table.schema && subject.name === table.name;
  return {
    do: [statements.do],
    undo: statements.undo,
    ...shared(draft, input, false),
    id: `set-autovacuum/${name}`,
    kind: 'set-autovacuum',
    title: `Let autovacuum come to ${name} in time`,
    setting: options.map(([option]) => option).join(', '),
    table: { schema: table.schema, name: table.name },
    current: write((option) => before.get(option) ?? `${input.number(option) ?? 'unset'} (of the server)`),
    proposed: write((_, proposed) => proposed),
    needsRestart: false,
    findings: findingsOf(draft, input, isHere),
  };
}

function shared(
  draft: SettingDraft | TableDraft,
  input: TuneInput,
  needsRestart: boolean,
): Pick<Recommendation, 'basis' | 'why' | 'evidence' | 'source' | 'effect' | 'risk' | 'addsBytes'> {
  const { basis, why, source, effect, addsBytes } = draft;
  const { source: seenIn, observedMs } = input.workload;
  return {
    basis,
    why,
    source,
    effect,
    ...(addsBytes === undefined ? {} : { addsBytes }),
    evidence: basis === 'measured' ? { ...draft.evidence, seenIn, observedMs } : draft.evidence,
    risk: riskOf(draft, input, needsRestart),
  };
}

/** What waits for a restart, and what was seen for too short a time, is left to a person. */
function riskOf({ risk, basis }: SettingDraft | TableDraft, input: TuneInput, needsRestart: boolean): Risk {
  const reasons = [
    ...(needsRestart ? ['it takes effect at the next restart, which ends every session'] : []),
    ...(basis === 'measured' && input.isNew
      ? [`the workload was seen for ${formatDuration(input.workload.observedMs)} only`]
      : []),
  ];
  return reasons.length === 0 ? risk : { level: 'high', why: [risk.why, ...reasons].join('; ') };
}

function isAbout({ subject }: Finding, name: string): boolean {
  return subject.kind === 'setting' && subject.name === name;
}

function findingsOf(
  { remedies = [] }: SettingDraft | TableDraft,
  { findings }: TuneInput,
  isOwn: (finding: Finding) => boolean,
): readonly string[] {
  const ids = findings.filter((one) => remedies.includes(one.id) || isOwn(one)).map(({ id }) => id);
  return [...new Set(ids)];
}

/** A number in a unit such as 8kB says nothing to a person. */
function shown({ value, number, unit }: SettingFacts): string {
  if (unit === null || number === null || number < 0) return value;
  return unit.endsWith('B') ? formatBytes(number) : formatDuration(number);
}
