import { MCP_SETTINGS, nodeRows, type PlanNodeRow, redactLiterals } from '../../app/index.ts';
import type { Settings } from '../../settings/index.ts';

/** Takes the values out of a text, unless the owner lets a model see them. */
export function textFor(settings: Settings): (text: string) => string {
  return settings.get(MCP_SETTINGS.literals) === 'shown' ? (text) => text : redactLiterals;
}

/** Takes the values out of the conditions of a plan. */
export function planFor(settings: Settings, rows: readonly PlanNodeRow[]): readonly PlanNodeRow[] {
  const redact = textFor(settings);
  return rows.map((row) => ({ ...row, details: row.details.map(redact) }));
}

/** Shows a plan node by node, without values. */
export function planRowsFor(
  settings: Settings,
  plan: Parameters<typeof nodeRows>[0],
): readonly PlanNodeRow[] {
  return planFor(settings, nodeRows(plan));
}
