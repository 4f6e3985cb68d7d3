import type { AlertFinding, AlertSeverity, FindingRule, FindingsReading, Judgement } from '../types.ts';
import { fillIn, labelsOf, oneLine } from './summary.ts';

const RANK: Readonly<Record<AlertSeverity, number>> = { info: 0, warning: 1, critical: 2 };

/**
 * Judges one rule on the last diagnosis of each target. The alert takes the severity of the finding when the rule
 * takes findings of every check.
 * @param options `named`: checks that other rules name, which a rule for all checks leaves to those; `now`: a
 * diagnosis older than the rule's `noDataMs` before it counts as none
 */
export function judgeFindings(
  rule: FindingRule,
  readings: readonly FindingsReading[],
  { named, now }: { readonly named: ReadonlySet<string>; readonly now: Date },
): readonly Judgement[] {
  const counts = ({ id, severity }: AlertFinding): boolean =>
    RANK[severity] >= RANK[rule.minimumSeverity] &&
    (rule.checks === null ? !named.has(id) && severity === rule.severity : rule.checks.includes(id));
  const fresh = readings.filter(({ at }) => now.getTime() - at.getTime() <= rule.noDataMs);
  return fresh.map(({ target, at, findings }) => ({
    rule,
    target,
    at,
    instances: findings.filter(counts).map((finding) => {
      const labels = labelsOf(rule, target, { finding: finding.id, subject: subjectOf(finding) });
      const values = { ...labels, title: oneLine(finding.title), remedy: oneLine(finding.remedy) };
      return { labels, level: 'breached', value: 1, summary: fillIn(rule.summary, values) };
    }),
  }));
}

/** Names the checks that some rule names. */
export function namedChecks(rules: readonly FindingRule[]): ReadonlySet<string> {
  return new Set(rules.flatMap(({ checks }) => checks ?? []));
}

function subjectOf({ subject: { kind, schema, name } }: AlertFinding): string {
  const full = schema === '' ? name : `${schema}.${name}`;
  return full === '' ? kind : `${kind} ${full}`;
}
