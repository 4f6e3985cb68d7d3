import type { Gap, Observation, SectionName } from '../observe/index.ts';
import type { Settings } from '../settings/index.ts';
import { blindSpot } from './define-check.ts';
import { planBlindSpot } from './planned-statements.ts';
import type { BlindSpot, Check, CheckInput, CheckSettings, Diagnosis, Finding, Severity } from './types.ts';

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/**
 * Runs every check, each on its own: one that fails or lacks a part is reported as unavailable and takes no
 * other down.
 * @returns findings worst first, within a severity in the order of the registry
 */
export function diagnose(checks: readonly Check[], observation: Observation, settings: Settings): Diagnosis {
  const findings: Finding[] = [];
  const unavailable: Gap[] = [];
  for (const check of checks) {
    const outcome = runOne(check, observation, settings);
    findings.push(...outcome.findings);
    unavailable.push(...outcome.unavailable);
  }
  return {
    findings: findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]),
    unavailable,
  };
}

/** Runs one check. */
export function runOne(check: Check, observation: Observation, settings: Settings): Diagnosis {
  const { sections } = observation.snapshot;
  const given: Partial<Record<SectionName, unknown>> = {};
  for (const need of check.needs) {
    const section = sections[need];
    if (section.status === 'unavailable') {
      const { reason, remedy } = section;
      return { findings: [], unavailable: [{ id: check.id, reason, remedy }] };
    }
    given[need] = section.data;
  }
  const blind = planBlindSpot(check, observation) ?? historyBlindSpot(check, observation);
  if (blind !== null) return { findings: [], unavailable: [gapOf(check, blind)] };
  try {
    const results = check.run({
      sections: given as CheckInput<SectionName, CheckSettings>['sections'],
      observation,
      snapshot: observation.snapshot,
      values: valuesOf(check, settings),
      threshold: (name) => thresholdOf(check, settings, name),
    });
    return {
      findings: results.flatMap((result) => (result.kind === 'finding' ? [complete(check, result)] : [])),
      unavailable: results.flatMap((result) => (result.kind === 'blind-spot' ? [gapOf(check, result)] : [])),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = `the check failed: ${message}`;
    return {
      findings: [],
      unavailable: [{ id: check.id, reason, remedy: 'report this as a bug of pgsteward' }],
    };
  }
}

function historyBlindSpot({ needsHistory }: Check, { history }: Observation): BlindSpot | null {
  if (needsHistory === undefined || history !== undefined) return null;
  return blindSpot(
    'it compares with the past, of which a single look knows nothing',
    'run `pgsteward serve`',
  );
}

function valuesOf(check: Check, settings: Settings): Readonly<Record<string, never>> {
  const values = Object.entries(check.settings).map(([name, setting]) => [name, settings.get(setting)]);
  return Object.fromEntries(values) as Readonly<Record<string, never>>;
}

function thresholdOf(check: Check, settings: Settings, name: string): Finding['threshold'] {
  const setting = check.settings[name];
  return setting === undefined
    ? { key: check.id, value: null }
    : { key: setting.key, value: settings.get(setting) };
}

function complete(
  check: Check,
  draft: { readonly kind: 'finding' } & Omit<Finding, 'id' | 'source' | 'docs'>,
): Finding {
  const { kind: _, ...rest } = draft;
  return { id: check.id, ...rest, source: check.source, docs: docsPage(check.id) };
}

function gapOf(check: Check, spot: BlindSpot): Gap {
  return { id: check.id, reason: spot.reason, remedy: spot.remedy };
}

/** Page of a check in the generated reference. */
function docsPage(id: string): string {
  return `docs/reference/checks.md#${id.replace('/', '')}`;
}
