import { type ServerSettingRow, serverSettingsQuery } from '../../catalog/index.ts';
import { parseBytes, parseDuration } from '../../kernel/index.ts';
import type { Section, SettingFacts } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { collectRows } from './plain.ts';

/** Reads the server's settings, numbers in bytes and milliseconds. */
export async function collectServerSettings(
  context: CollectorContext,
): Promise<Section<ReadonlyMap<string, SettingFacts>>> {
  const section = await collectRows(context, serverSettingsQuery);
  if (section.status === 'unavailable') return section;
  const facts = section.data.map((row) => ({ ...row, number: settingNumber(row) }));
  return { ...section, data: new Map(facts.map((row) => [row.name, row])) };
}

/**
 * Gives a setting's number in bytes or milliseconds; units such as `8kB` mean multiples of eight kilobytes.
 * Negative values switch a setting off or to a default and keep their plain number.
 */
function settingNumber(row: ServerSettingRow): number | null {
  if (row.type !== 'integer' && row.type !== 'real') return null;
  const plain = Number(row.value);
  if (row.unit === null || plain < 0) return plain;
  const sized = /^(\d*)(B|kB|MB|GB|TB)$/.exec(row.unit);
  const timed = /^(\d*)(us|ms|s|min|h|d)$/.exec(row.unit);
  if (sized !== null) return plain * Number(sized[1] || 1) * (parseBytes(`1${sized[2] ?? ''}`) ?? 1);
  if (timed?.[2] === 'us') return plain / 1000;
  if (timed !== null) return plain * Number(timed[1] || 1) * (parseDuration(`1${timed[2] ?? ''}`) ?? 1);
  return plain;
}
