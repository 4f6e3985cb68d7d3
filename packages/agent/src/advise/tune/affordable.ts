import { worstMemoryBytes } from '../../settings/index.ts';
import type { Machine, MemoryLimits } from './types.ts';

/**
 * Gives the largest value of a setting with which PostgreSQL takes no more memory at worst than its owner lets it. The
 * worst case grows evenly with each setting, so two points of it tell where the limit lies.
 * @param read gives the other settings, sizes in bytes
 * @returns null where the memory of the machine is unknown; 0 when there is no room at all
 */
export function affordable(
  name: string,
  read: (name: string) => number,
  { machine, limits }: { readonly machine: Machine; readonly limits: MemoryLimits },
): number | null {
  if (machine.memoryBytes === null) return null;
  const worst = (value: number): number => worstMemoryBytes((one) => (one === name ? value : read(one)));
  const [none, one] = [worst(0), worst(1)];
  const room = machine.memoryBytes * limits.memoryRatio - none;
  const most = one > none ? Math.max(0, room / (one - none)) : Number.POSITIVE_INFINITY;
  return name === 'shared_buffers' ? Math.min(most, machine.memoryBytes * limits.sharedBuffersRatio) : most;
}
