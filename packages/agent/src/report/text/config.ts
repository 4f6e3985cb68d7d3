import { assertNever, escapeControls, formatUnit, type Unit } from '../../kernel/index.ts';
import type { Origin } from '../../settings/index.ts';
import { shorten, wrap } from '../fit-text.ts';
import { createPaint, type TextOptions, usableWidth } from './paint.ts';
import { layOutTable } from './table.ts';

/** One setting as it is in force. */
export interface ConfigRow {
  readonly key: string;
  readonly value: unknown;
  /** Unit of a number; null for text, lists and switches. */
  readonly unit: Unit | null;
  readonly default: unknown;
  readonly origin: Origin;
  /** Environment variable that sets it. */
  readonly environment: string;
  readonly summary: string;
  /** Source of the default. */
  readonly source: string;
}

/** Renders settings with value and unit and, where asked for, where each value came from. */
export function renderConfigText(
  rows: readonly ConfigRow[],
  options: TextOptions & { readonly origin?: boolean },
): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  if (options.origin !== true) {
    const cells = rows.map((row) => [
      shorten(escapeControls(row.key), Math.max(20, width - 22)),
      shorten(showValue(row.value, row.unit), 20),
    ]);
    const columns = [{ head: 'setting' }, { head: 'value', align: 'right' as const }];
    return `${layOutTable(columns, cells, paint.dim).join('\n')}\n`;
  }
  const blocks = rows.map((row) => {
    const isChanged = row.origin.kind !== 'default';
    const value = `${showValue(row.value, row.unit)}${isChanged ? `, not ${showValue(row.default, row.unit)}` : ''}`;
    const origin = `from ${showOrigin(row.origin)}; default by ${escapeControls(row.source)}`;
    const [first = '', ...rest] = wrap(`${escapeControls(row.key)} = ${value}`, width);
    return [
      ...[first, ...rest].map(isChanged ? paint.bold : (line: string) => line),
      ...wrap(escapeControls(row.summary), width - 4).map((line) => `    ${paint.dim(line)}`),
      ...wrap(origin, width - 4).map((line) => `    ${paint.dim(line)}`),
    ];
  });
  return `${blocks.flat().join('\n')}\n`;
}

function showValue(value: unknown, unit: Unit | null): string {
  if (typeof value === 'number' && unit !== null) return formatUnit(value, unit);
  if (typeof value === 'string') return value === '' ? '(empty)' : escapeControls(value);
  return escapeControls(JSON.stringify(value) ?? '(none)');
}

/** Names where a value came from. */
function showOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'the default';
    case 'environment':
      return `the environment, ${escapeControls(origin.name)}`;
    case 'file':
      return `the file ${escapeControls(origin.name)}`;
    case 'flag':
      return `the flag ${escapeControls(origin.name)}`;
    default:
      return assertNever(origin);
  }
}
