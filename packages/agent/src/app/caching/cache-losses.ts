import { formatCount, formatRatio } from '../../kernel/index.ts';
import type { CacheLoss, CacheNamespace, CacheStatusReport } from '../../report/index.ts';

/** Share of the misses from which a cause is told. */
const LEAST_RATIO = 0.05;

/**
 * Says where look-ups found nothing: keys that went for want of memory or whose time was over are the upper bound of the
 * misses they caused, and the namespaces tell whose reads they were.
 */
export function findLosses(
  { evictedKeys, expiredKeys, misses }: CacheStatusReport['left'],
  namespaces: readonly CacheNamespace[],
): readonly CacheLoss[] {
  const allMisses = namespaces.reduce((sum, one) => sum + one.misses, 0);
  const losses: readonly CacheLoss[] = [
    loss('evicted', evictedKeys, misses, {
      why: `${formatCount(evictedKeys)} keys went for want of memory`,
      remedy: 'raise maxmemory, shorten the times of large values, or leave out what is seldom read again',
    }),
    loss('expired', expiredKeys, misses, {
      why: `the time of ${formatCount(expiredKeys)} keys was over`,
      remedy:
        'let changes drop them instead (`pgsteward cache worker`) and give them longer: `pgsteward cache advise` says how long',
    }),
    ...namespaces.flatMap((one) => lossesOf(one, allMisses)),
  ];
  return losses
    .filter(({ missesRatio, count }) => count > 0 && missesRatio >= LEAST_RATIO)
    .toSorted((a, b) => b.missesRatio - a.missesRatio);
}

function lossesOf(one: CacheNamespace, allMisses: number): readonly CacheLoss[] {
  const { namespace, misses, refusals, storeErrors, hitRatio } = one;
  return [
    loss('namespace', misses, allMisses, {
      why: `${namespace} misses ${formatCount(misses)} reads, ${formatRatio(1 - (hitRatio ?? 0))} of its own`,
      remedy:
        'see whether its keys repeat (sorted lists, rounded ranges) and its tags are no wider than they must be',
    }),
    loss('refused', refusals, allMisses, {
      why: `${namespace} could not keep ${formatCount(refusals)} values`,
      remedy: 'listen to `refused`: it names the key and why; make large values smaller',
    }),
    loss('store', storeErrors, allMisses, {
      why: `${namespace} was failed by Redis ${formatCount(storeErrors)} times`,
      remedy: 'listen to `outage` and `trouble`',
    }),
  ];
}

function loss(
  cause: CacheLoss['cause'],
  count: number,
  misses: number,
  words: Pick<CacheLoss, 'why' | 'remedy'>,
): CacheLoss {
  return { cause, count, missesRatio: misses === 0 ? 0 : Math.min(1, count / misses), ...words };
}
