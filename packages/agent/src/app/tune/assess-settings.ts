import { type Proposal, type Recommendation, tune } from '../../advise/index.ts';
import type { Finding } from '../../diagnose/index.ts';
import type { Observation } from '../../observe/index.ts';
import type { Settings } from '../../settings/index.ts';
import { tuneOptions } from './tune-options.ts';

/**
 * Gives the settings that the measured workload or a finding asks for as proposals of an assessment, each with the findings
 * that it remedies. What only a formula speaks for is left to `pgsteward tune`.
 */
export function assessSettings(
  observation: Observation,
  findings: readonly Finding[],
  settings: Settings,
): { readonly proposals: readonly Proposal[]; readonly byFinding: readonly (readonly string[])[] } {
  const { recommendations } = tune(observation, { ...tuneOptions(settings), findings });
  const asked = recommendations.filter(({ basis }) => basis !== 'formula');
  return {
    proposals: asked.map(proposalOf),
    byFinding: findings.map((finding) => asked.filter((one) => remedies(one, finding)).map(({ id }) => id)),
  };
}

/** A finding about another table or another setting than the proposal's is not remedied by it. */
function remedies(one: Recommendation, { id, subject }: Finding): boolean {
  if (!one.findings.includes(id)) return false;
  if (subject.kind === 'setting') return subject.name === one.setting;
  return one.table === null || (subject.schema === one.table.schema && subject.name === one.table.name);
}

function proposalOf(one: Recommendation): Proposal {
  const { id, kind, title, why, effect, risk, findings, addsBytes } = one;
  return {
    id,
    kind,
    title: `${title}: ${why}`,
    do: one.do,
    undo: one.undo,
    effect,
    ...(addsBytes === undefined ? {} : { addsBytes }),
    risk,
    findings,
  };
}
