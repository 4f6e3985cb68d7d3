import type { SettingStateRow } from '../../../catalog/index.ts';
import { formatBytes, formatRatio } from '../../../kernel/index.ts';
import {
  MEMORY_SETTINGS,
  type Settings,
  TARGET_SETTINGS,
  worstMemoryBytes,
} from '../../../settings/index.ts';
import { ACT_SETTINGS } from '../../settings.ts';
import type { Obstacle } from '../../types.ts';
import type { WantedSetting } from './statement.ts';

const UNIT_BYTES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1024],
  ['8kB', 8 * 1024],
  ['MB', 1024 ** 2],
  ['GB', 1024 ** 3],
  ['TB', 1024 ** 4],
]);

/**
 * Says why a setting would take more of the memory than the owner lets it; null when it would not, or takes less than now.
 * The worst case is counted: every session sorts once in all of its work_mem, every autovacuum worker fills its own.
 */
export function memoryObstacle(
  { level, name, value }: WantedSetting,
  states: readonly SettingStateRow[],
  settings: Settings,
): Obstacle | null {
  if (value === null || !MEMORY_SETTINGS.includes(name)) return null;
  const read = (setting: string, as: string | null): number => {
    const state = states.find((one) => one.name === setting);
    return state === undefined ? 0 : amountOf(as ?? state.value, state.unit);
  };
  // A setting of one role is that of few sessions: of one, in this count.
  const sessionsOf = level.role === '' ? undefined : 1;
  const before = worstMemoryBytes((one) => read(one, null), sessionsOf);
  const after = worstMemoryBytes((one) => read(one, one === name ? value : null), sessionsOf);
  if (after <= before) return null;
  const memoryBytes = settings.get(TARGET_SETTINGS.memoryBytes);
  if (memoryBytes === 0) {
    const reason = `${name} would take more memory, and how much the machine has is not known; say so in ${TARGET_SETTINGS.memoryBytes.key}`;
    return { reason, isPassing: true };
  }
  const ratio = settings.get(ACT_SETTINGS.memoryRatio);
  const buffersRatio = settings.get(ACT_SETTINGS.sharedBuffersRatio);
  if (name === 'shared_buffers' && read(name, value) > memoryBytes * buffersRatio) {
    const reason = `shared_buffers would be ${formatBytes(read(name, value))}, more than ${formatRatio(buffersRatio)} of the memory (${ACT_SETTINGS.sharedBuffersRatio.key})`;
    return { reason, isPassing: false };
  }
  if (after <= memoryBytes * ratio) return null;
  const reason = `with ${name} at ${value} PostgreSQL could take ${formatBytes(after)}, more than ${formatRatio(ratio)} of ${formatBytes(memoryBytes)} (${ACT_SETTINGS.memoryRatio.key})`;
  return { reason, isPassing: false };
}

/** A value in bytes where the setting has a unit of size; a plain number otherwise. */
function amountOf(value: string, unit: string | null): number {
  const { number = '0', given = '' } =
    /^\s*(?<number>-?[\d.]+)\s*(?<given>[A-Za-z]*)\s*$/.exec(value)?.groups ?? {};
  const factor = UNIT_BYTES.get(given === '' ? (unit ?? '') : given) ?? 1;
  return Number(number) * (unit === null ? 1 : factor);
}
