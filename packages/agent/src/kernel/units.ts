/** Unit of a measured or configured number; names in code and JSON end in it (`meanMs`, `sizeBytes`). */
export type Unit = 'ms' | 'bytes' | 'ratio' | 'count' | 'rows' | 'perSecond' | 'bytesPerSecond' | 'cost';

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const BYTE_STEP = 1024;

/** Shows a size with PostgreSQL's own units (1 kB = 1024 B), three significant digits. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let index = 0;
  while (Math.abs(rounded(value)) >= BYTE_STEP && index < BYTE_UNITS.length - 1) {
    value /= BYTE_STEP;
    index += 1;
  }
  return `${significant(value)} ${BYTE_UNITS[index] ?? 'B'}`;
}

const MS_PER = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Writes a size as a server setting takes it, in the largest unit that needs no fraction: `64MB`, `2GB`. */
export function settingBytes(bytes: number): string {
  const megabytes = Math.max(1, Math.floor(bytes / BYTE_STEP ** 2));
  return megabytes % BYTE_STEP === 0 ? `${megabytes / BYTE_STEP}GB` : `${megabytes}MB`;
}

/** Shows a duration with the largest fitting unit: `0.42 ms`, `3.1 s`, `12 min`, `5.2 h`, `38 d`. */
export function formatDuration(ms: number): string {
  const size = Math.abs(rounded(ms));
  if (size < MS_PER.s) return `${significant(ms)} ms`;
  if (size < 2 * MS_PER.min) return `${significant(ms / MS_PER.s)} s`;
  if (size < 2 * MS_PER.h) return `${significant(ms / MS_PER.min)} min`;
  if (size < 2 * MS_PER.d) return `${significant(ms / MS_PER.h)} h`;
  return `${significant(ms / MS_PER.d)} d`;
}

/** Shows a count in full up to 99,999 and shortened above: `12,345`, `1.2 M`, `3.4 G`. */
export function formatCount(count: number): string {
  const size = Math.abs(count);
  if (size < 100_000) return Number(count.toFixed(size < 100 ? 1 : 0)).toLocaleString('en-US');
  if (rounded(size / 1e3) < 1e3) return `${significant(count / 1e3)} k`;
  if (rounded(size / 1e6) < 1e3) return `${significant(count / 1e6)} M`;
  return `${significant(count / 1e9)} G`;
}

/** Shows how many there are of something: `1 statement`, `2 indexes`. */
export function countOf(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Shows a ratio (0..1) as a percentage, with enough digits that neither 0.9999 reads as 100 % nor 0.0004 as 0 %. */
export function formatRatio(ratio: number): string {
  const percent = ratio * 100;
  if (percent > 99 && percent < 100) return `${(Math.floor(percent * 100) / 100).toFixed(2)} %`;
  if (percent > 0 && percent < 0.005) return '<0.01 %';
  if (percent > 0 && percent < 0.1) return `${percent.toFixed(2)} %`;
  return `${percent.toFixed(percent >= 10 || percent === 0 ? 0 : 1)} %`;
}

/** Shows a ratio beside a limit: with more digits where both would read the same and are not. */
export function formatRatioBeside(ratio: number, limit: number): string {
  const shown = formatRatio(ratio);
  if (ratio === limit || shown !== formatRatio(limit)) return shown;
  // Rounded away from the limit, which it would meet otherwise.
  const hundredths = ratio * 10_000;
  return `${((ratio < limit ? Math.floor(hundredths) : Math.ceil(hundredths)) / 100).toFixed(2)} %`;
}

/** Shows a value in its unit. */
export function formatUnit(value: number, unit: Unit): string {
  switch (unit) {
    case 'ms':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'ratio':
      return formatRatio(value);
    case 'perSecond':
      return `${formatCount(value)}/s`;
    case 'bytesPerSecond':
      return `${formatBytes(value)}/s`;
    case 'count':
    case 'rows':
    case 'cost':
      return formatCount(value);
  }
}

/**
 * Reads a duration such as `5 min`, `200ms`, `1.5h`, or a plain number of milliseconds.
 * @returns milliseconds, or null when the text is no duration
 */
export function parseDuration(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)?\s*$/.exec(withoutSeparators(text));
  if (match === null) return null;
  const unit = match[2] ?? 'ms';
  return Number(match[1]) * (unit === 'ms' ? 1 : MS_PER[unit as keyof typeof MS_PER]);
}

/**
 * Reads a size such as `100 MB`, `8kB`, or a plain number of bytes (units as PostgreSQL's, 1 kB = 1024 B).
 * @returns bytes, or null when the text is no size
 */
export function parseBytes(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|TB|PB)?\s*$/i.exec(withoutSeparators(text));
  if (match === null) return null;
  const unit = (match[2] ?? 'B').toLowerCase();
  const power = BYTE_UNITS.findIndex((name) => name.toLowerCase() === unit);
  return Number(match[1]) * BYTE_STEP ** power;
}

/** Takes `1,024 kB` as this file shows it. */
function withoutSeparators(text: string): string {
  return /^\s*\d{1,3}(,\d{3})+(?!\d)/.test(text) ? text.replaceAll(',', '') : text;
}

function significant(value: number): string {
  return rounded(value).toLocaleString('en-US', { maximumFractionDigits: 6 });
}

function rounded(value: number): number {
  const size = Math.abs(value);
  if (size < 0.1) return Number(value.toPrecision(2));
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return Number(value.toFixed(digits));
}
