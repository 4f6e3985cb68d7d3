import { formatCount, formatDuration } from '../../../kernel/index.ts';
import type { HistoryFacts, StatementPast, StatementPeriod } from '../../../observe/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { evidenceText, shortenStatement } from '../../statement-text.ts';
import type { Check, FindingDraft } from '../../types.ts';
import { compareWithPast } from './compare-with-past.ts';

const settings = {
  factor: countSetting({
    key: 'diagnose.regressed-query.factor-count',
    summary: 'How many times its usual time or blocks a call must take.',
    default: 1.5,
    minimum: 1,
    source: 'checks.md: ×1.5 against its own history',
  }),
  deviations: countSetting({
    key: 'diagnose.regressed-query.deviations-count',
    summary: 'How many usual deviations beyond the median it must lie.',
    default: 3,
    minimum: 0,
    source: 'Leys et al. 2013, "Detecting outliers": median absolute deviation, conservative threshold 3',
  }),
  minimumCalls: countSetting({
    key: 'diagnose.regressed-query.minimum-calls',
    summary: 'Calls in the last hour below which a mean says little.',
    default: 50,
    source: 'checks.md: significant over at least 50 calls',
  }),
  minimumPeriods: countSetting({
    key: 'diagnose.regressed-query.minimum-periods-count',
    summary: 'Hours to compare with below which nothing is usual yet.',
    default: 3,
    minimum: 2,
    source: 'fewer have no deviation worth the name',
  }),
  minimumRatio: ratioSetting({
    key: 'diagnose.regressed-query.minimum-ratio',
    summary: 'Share of the time of all statements below which a regression is not worth a look.',
    default: 0.01,
    source: 'effect-size floor: below it nobody gains by mending it',
  }),
  warningRatio: ratioSetting({
    key: 'diagnose.regressed-query.warning-ratio',
    summary: 'Share of the time of all statements from which a regression is a warning.',
    default: 0.05,
    source: 'as for heavy statements',
  }),
  maximumFindings: maximumFindingsSetting('regressed-query', 20),
};

type Values = { readonly [K in keyof typeof settings]: number };

const MEASURES = [
  { name: 'time', of: (period: StatementPeriod) => period.totalMs, show: formatDuration },
  { name: 'blocks', of: (period: StatementPeriod) => period.blocks, show: formatCount },
] as const;

/** Finds statements whose calls take longer, or touch more, than they used to at this hour. */
export const regressedQuery: Check = defineCheck({
  id: 'diagnose/regressed-query',
  title: 'Statements that got slower',
  needs: [],
  needsHistory: true,
  source: 'pganalyze and Query Store compare a statement with its own past',
  settings,
  run: ({ observation, values, threshold }) => {
    const { history } = observation;
    if (history === undefined) return [];
    const findings = history.statements
      .filter(({ now, timeRatio }) => now.calls >= values.minimumCalls && timeRatio >= values.minimumRatio)
      .flatMap((statement) => judge(statement, history, values) ?? [])
      .map((draft) => finding({ ...draft, threshold: threshold('factor') }))
      .toSorted((a, b) => Number(b.evidence['factorCount']) - Number(a.evidence['factorCount']));
    return capFindings(findings, values.maximumFindings);
  },
});

function judge(
  statement: StatementPast,
  { comparedWith }: HistoryFacts,
  values: Values,
): Omit<FindingDraft, 'kind' | 'threshold'> | null {
  const past = statement.past.filter(({ calls }) => calls > 0);
  if (past.length < values.minimumPeriods) return null;
  for (const { name, of, show } of MEASURES) {
    const perCall = (period: StatementPeriod): number => of(period) / period.calls;
    const now = perCall(statement.now);
    const usual = compareWithPast(now, past.map(perCall));
    if (usual.factor < values.factor || usual.deviations < values.deviations) continue;
    const { queryId, fingerprint, text, timeRatio } = statement;
    const subject = queryId ?? fingerprint;
    return {
      severity: timeRatio >= values.warningRatio ? 'warning' : 'info',
      subject: {
        kind: 'statement',
        schema: '',
        name: subject,
        ...(queryId === null ? {} : { queryId }),
      },
      title: `${name === 'time' ? `${show(now)} a call` : `${show(now)} blocks a call`}, ${usual.factor.toPrecision(2)} times the usual ${show(usual.median)}: ${shortenStatement(text)}`,
      evidence: {
        query: evidenceText(text),
        measure: name,
        callsCount: statement.now.calls,
        meanMs: statement.now.totalMs / statement.now.calls,
        usualMs: compareWithPast(
          0,
          past.map((period) => period.totalMs / period.calls),
        ).median,
        blocksPerCallCount: statement.now.blocks / statement.now.calls,
        factorCount: usual.factor,
        totalTimeRatio: timeRatio,
        comparedWith,
        comparedPeriodsCount: past.length,
      },
      remedy:
        'look at what changed when it began: its page in the dashboard marks settings, indexes, deploys and resets on the chart',
    };
  }
  return null;
}
