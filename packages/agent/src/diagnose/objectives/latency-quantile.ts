/** The latency of one statement as pg_stat_statements knows it, in milliseconds. */
export interface LatencySample {
  readonly calls: number;
  readonly meanMs: number;
  readonly stddevMs: number;
  /** Fastest call. */
  readonly minMs: number;
  /** Slowest call; zero when it is not known. */
  readonly maxMs: number;
}

/** Time below which no latency is told apart from none. */
const FLOOR_MS = 1e-6;
const STEPS = 80;

interface Component {
  readonly weight: number;
  /** Parameters of the log-normal: mean and deviation of the logarithm. */
  readonly mu: number;
  readonly sigma: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Estimates a quantile of the latency over all calls of several statements: a mixture of log-normals with each
 * statement's mean and deviation, weighted by calls, each cut at its fastest and slowest call.
 * @param quantile between 0 and 1
 * @returns milliseconds; null without calls
 * @source moments of the log-normal: sigma² = ln(1 + s²/m²), mu = ln m − sigma²/2
 */
export function estimateLatencyQuantile(samples: readonly LatencySample[], quantile: number): number | null {
  const components = samples.filter((sample) => sample.calls > 0).map(componentOf);
  const calls = components.reduce((sum, component) => sum + component.weight, 0);
  if (calls === 0) return null;
  let low = Math.log(components.reduce((least, { min }) => Math.min(least, min), Number.MAX_VALUE));
  let high = Math.log(components.reduce((most, { max }) => Math.max(most, max), FLOOR_MS));
  for (let step = 0; step < STEPS && low < high; step += 1) {
    const middle = (low + high) / 2;
    if (shareBelow(components, Math.exp(middle)) >= quantile * calls) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

function componentOf({ calls, meanMs, stddevMs, minMs, maxMs }: LatencySample): Component {
  const mean = Math.max(meanMs, FLOOR_MS);
  const variance = Math.log1p((stddevMs / mean) ** 2);
  const mu = Math.log(mean) - variance / 2;
  const sigma = Math.sqrt(variance);
  // Extremes can be reset on their own, and then say nothing about the calls before.
  const isBounded = maxMs > 0 && minMs <= meanMs && maxMs >= meanMs;
  const min = isBounded ? minMs : Math.exp(mu - 8 * sigma);
  const max = isBounded ? maxMs : Math.exp(mu + 8 * sigma);
  return { weight: calls, mu, sigma, min: Math.max(min, FLOOR_MS), max: Math.max(max, FLOOR_MS) };
}

/** Estimates how many of the calls of one statement took longer than a limit, by the same log-normal. @param limitMs milliseconds */
export function estimateCallsAbove(sample: LatencySample, limitMs: number): number {
  return sample.calls === 0 ? 0 : sample.calls * (1 - distribution(componentOf(sample), limitMs));
}

/** Weight of the calls that took at most this long. */
function shareBelow(components: readonly Component[], ms: number): number {
  return components.reduce((sum, component) => sum + component.weight * distribution(component, ms), 0);
}

function distribution({ mu, sigma, min, max }: Component, ms: number): number {
  if (ms >= max) return 1;
  if (ms < min) return 0;
  if (sigma === 0) return Math.log(ms) >= mu ? 1 : 0;
  return normal((Math.log(ms) - mu) / sigma);
}

/**
 * Standard normal distribution function, within 1e-7.
 * @source Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17
 */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const polynomial = series.reduceRight((sum, factor) => (sum + factor) * t, 0);
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return z >= 0 ? 1 - tail : tail;
}
