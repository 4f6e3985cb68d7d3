import type { StatementKeys, UncountedParameter, Unrepeatable } from '../../diagnose/index.ts';
import { countOf, displayIdentifier, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import type { Lifetime, LifetimeInputs } from './lifetime.ts';
import type { CachingValues } from './settings.ts';

/** Says why a statement's result cannot be kept. */
export function describeUnrepeatable(reason: Unrepeatable): string {
  switch (reason.kind) {
    case 'writes':
      return 'it writes';
    case 'locks':
      return 'it locks what it reads, for a change to follow';
    case 'volatile':
      return `it calls ${reason.functions.join(', ')}, which gives another result at each call`;
    case 'no-table':
      return 'it reads no table';
  }
}

/** Says how often a result is asked for again. */
export function describeReads(
  lifetime: Lifetime,
  reads: { readonly keysCount: number; readonly readsPerSecond: number },
): string {
  const { hitRatio, lowHitRatio, highHitRatio } = lifetime;
  const rate = `${formatRate(reads.readsPerSecond)} of ${countOf(Math.round(reads.keysCount), 'result')}`;
  const bounds =
    highHitRatio - lowHitRatio < 0.01
      ? ''
      : ` (${formatRatio(lowHitRatio)} to ${formatRatio(highHitRatio)}, by what cannot be counted)`;
  return `${rate}: about ${formatRatio(hitRatio)} of the reads find one${bounds}`;
}

/** Says how old an answer may be, and what ends it. */
export function describeStaleness(
  { invalidation, ttlMs, changesPerSecond }: Lifetime,
  { changes, isRelativeToNow }: LifetimeInputs,
): string {
  const seen = changesPerSecond === 0 ? 'none was seen' : formatRate(changesPerSecond);
  const longest = `nothing is kept longer than ${formatDuration(ttlMs)}`;
  switch (invalidation) {
    case 'row':
      return `a change of its row drops it (${seen} for each row); ${longest}`;
    case 'table':
      return `each change of its tables drops it (${seen}); ${longest}`;
    case 'time': {
      const because = isRelativeToNow
        ? 'it moves with the clock, of which no change tells'
        : changes.hasMatview
          ? 'what it reads changes only with a refresh'
          : `its tables change ${formatRate(changes.tablesPerSecond)}, too often to drop it each time`;
      return `an answer may be ${formatDuration(ttlMs)} old: ${because}`;
    }
  }
}

/** Lists what the prediction takes for granted. */
export function listAssumptions(keys: StatementKeys, values: CachingValues): readonly string[] {
  const columns = [...new Set(keys.columns)].map(displayIdentifier).join(', ');
  const share = formatRatio(values.dependentRatio);
  return [
    ...(columns === '' ? [] : [`values of ${columns} are asked for as often as they occur in the table`]),
    ...keys.uncounted.map((parameter) => describeUncounted(parameter, values)),
    ...(keys.uncounted.length === 0 || keys.columns.length === 0
      ? []
      : [
          `in ${share} of the reads the lists, ranges and pages go with those values: measure it with cache.stats()`,
        ]),
  ];
}

function describeUncounted(parameter: UncountedParameter, values: CachingValues): string {
  switch (parameter.kind) {
    case 'list':
      return `lists of ${displayIdentifier(parameter.column)} hold ${countOf(values.listValues, 'value')}; sort them, so that equal lists have one key`;
    case 'range':
      return `at most ${formatCount(values.rangeForms)} ranges of ${displayIdentifier(parameter.column)} are asked for; round them to steps`;
    case 'offset':
      return `at most ${countOf(values.pages, 'page')} are asked for`;
    case 'unknown':
      return `at worst each read compares ${parameter.what} with something else`;
  }
}

/** `3 reads a second`, or by minute, hour or day where it is less: `12/min`. */
export function formatRate(perSecond: number): string {
  const units = [
    ['s', 1],
    ['min', 60],
    ['h', 3_600],
    ['d', 86_400],
  ] as const;
  const [unit, seconds] = units.find(([, length]) => perSecond * length >= 1) ?? units[3];
  return `${formatCount(perSecond * seconds)}/${unit}`;
}
