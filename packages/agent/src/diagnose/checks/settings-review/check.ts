import { escapeControls } from '../../../kernel/index.ts';
import type { Section, Snapshot } from '../../../observe/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { statisticsWindow } from '../../statistics-window.ts';
import type { Check, Severity } from '../../types.ts';
import type { Advice, Rule, RuleInput } from './rule.ts';
import { loggingRules } from './rules/logging.ts';
import { memoryRules } from './rules/memory.ts';
import { plannerRules } from './rules/planner.ts';
import { sessionRules } from './rules/sessions.ts';
import { upkeepRules } from './rules/upkeep.ts';
import { walRules } from './rules/write-ahead-log.ts';
import { type ReviewValues, reviewSettings } from './settings.ts';

const RULES: readonly Rule[] = [
  ...upkeepRules,
  ...memoryRules,
  ...walRules,
  ...plannerRules,
  ...sessionRules,
  ...loggingRules,
];

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** Holds the server's settings against its workload and, where given, its machine: rule by rule. */
export const settingsReview: Check = defineCheck({
  id: 'diagnose/settings-review',
  title: 'Settings out of line',
  needs: ['serverSettings'],
  source: 'PostgreSQL docs chapter 19 "Server Configuration"; each rule names its own source',
  settings: reviewSettings,
  run: ({ sections, values, threshold, snapshot }) => {
    const ignored = new Set(values.ignore.split(',').map((name) => name.trim()));
    const input = inputOf(snapshot, sections.serverSettings, values);
    return RULES.map((rule) => rule(input))
      .filter((advice): advice is Advice => advice !== null && !ignored.has(advice.name))
      .toSorted((a, b) => RANK[a.severity] - RANK[b.severity])
      .map((advice) =>
        finding({
          severity: advice.severity,
          subject: { kind: 'setting', schema: '', name: advice.name },
          title: escapeControls(advice.title),
          evidence: { ...advice.evidence, ruleSource: advice.source },
          threshold: threshold(advice.decidedBy),
          remedy: advice.remedy,
        }),
      );
  },
});

function inputOf(snapshot: Snapshot, settings: RuleInput['settings'], values: ReviewValues): RuleInput {
  const { sections, server } = snapshot;
  const database = dataOf(sections.database);
  return {
    settings,
    values,
    server,
    database,
    window: database === null ? null : statisticsWindow(snapshot, database, dataOf(sections.tables) ?? []),
    checkpoints: dataOf(sections.checkpoints),
    wal: dataOf(sections.wal),
    sessions: dataOf(sections.activity),
  };
}

/** A rule that lacks a part stays silent; the part itself is reported where it is needed. */
function dataOf<T>(section: Section<T>): T | null {
  return section.status === 'ok' ? section.data : null;
}
