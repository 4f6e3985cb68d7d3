import type { ReadLoop } from '../../advise/index.ts';
import { diagnose } from '../../diagnose/index.ts';
import type { Observation } from '../../observe/index.ts';
import type { Settings } from '../../settings/index.ts';
import { checks } from '../registries.ts';

/** Gives the point reads that the application makes in a loop, by query id, as `diagnose/n-plus-one` finds them. */
export function readLoops(observation: Observation, settings: Settings): ReadonlyMap<string, ReadLoop> {
  const finders = checks.filter(({ id }) => id === 'diagnose/n-plus-one');
  const { findings } = diagnose(finders, observation, settings);
  return new Map(
    findings.flatMap(({ subject, evidence }) => {
      const { queryId } = subject;
      if (queryId === undefined) return [];
      const perList = evidence['callsPerListCount'];
      const perTransaction = evidence['callsPerTransactionCount'];
      const loop: ReadLoop =
        typeof perList === 'number'
          ? { callsPerLoop: perList, per: 'list' }
          : { callsPerLoop: Number(perTransaction ?? 0), per: 'transaction' };
      return [[queryId, loop] as const];
    }),
  );
}
