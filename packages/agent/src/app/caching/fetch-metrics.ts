import type { Gap } from '../../observe/index.ts';
import { REDIS_SETTINGS } from '../../redis/index.ts';
import type { CacheNamespace } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import { readCacheMetrics } from './cache-metrics.ts';

/** What the application's caches count, and who did not answer. */
export interface CacheMetrics {
  readonly namespaces: readonly CacheNamespace[];
  readonly gaps: readonly Gap[];
}

/** Asks the processes of the application that `cache.metrics-urls` names; one that does not answer is a gap. */
export async function fetchCacheMetrics({
  settings,
  signal,
}: {
  readonly settings: Settings;
  readonly signal?: AbortSignal | undefined;
}): Promise<CacheMetrics> {
  const urls = settings
    .get(REDIS_SETTINGS.metricsUrls)
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  const timeout = AbortSignal.timeout(settings.get(REDIS_SETTINGS.timeoutMs));
  const within = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  const answers = await Promise.all(urls.map((url) => ask(url, within)));
  const texts = answers.flatMap((one) => ('text' in one ? [one.text] : []));
  const namespaces = readCacheMetrics(texts);
  const gaps = answers.flatMap((one) => ('reason' in one ? [gap(one.reason)] : []));
  const isEmpty = texts.length > 0 && namespaces.length === 0;
  return {
    namespaces,
    gaps: isEmpty ? [...gaps, gap(`${urls.join(', ')}: no metrics of @pgsteward/cache there`)] : gaps,
  };
}

type Answer = { readonly text: string } | { readonly reason: string };

async function ask(url: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) return { reason: `${url} answers ${response.status} ${response.statusText}`.trim() };
    return { text: await response.text() };
  } catch (error) {
    const { message, cause } = error as {
      readonly message: string;
      readonly cause?: { readonly code?: string };
    };
    return { reason: `${url} does not give its metrics: ${cause?.code ?? message}` };
  }
}

function gap(reason: string): Gap {
  const remedy =
    'let the application serve prometheusText([cache.stats()]) there, or correct cache.metrics-urls';
  return { id: 'cache/metrics', reason, remedy };
}
