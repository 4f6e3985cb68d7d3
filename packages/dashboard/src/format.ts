import type { ViewChart } from '../../agent/src/app/views/types.ts';

/** Unit of a number on the screen. */
export type Unit = ViewChart['unit'];

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Shows a value in its unit; a dash for what is not known. */
export function format(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 'bytes':
      return formatBytes(value);
    case 'bytesPerSecond':
      return `${formatBytes(value)}/s`;
    case 'perSecond':
      return `${formatCount(value)}/s`;
    case 'ratio':
      return formatRatio(value);
    case 'sessions':
    case 'count':
      return formatCount(value);
  }
}

/** Shows a duration in its largest fitting unit. */
function formatMs(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1 && size > 0) return `${digits(ms)} ms`;
  if (size < 1_000) return `${digits(ms)} ms`;
  if (size < 120_000) return `${digits(ms / 1_000)} s`;
  if (size < 7_200_000) return `${digits(ms / 60_000)} min`;
  if (size < 172_800_000) return `${digits(ms / 3_600_000)} h`;
  return `${digits(ms / 86_400_000)} d`;
}

/** Shows a size with PostgreSQL's units (1 kB = 1024 B). */
function formatBytes(bytes: number): string {
  let value = bytes;
  let index = 0;
  while (Math.abs(value) >= 1_023.5 && index < BYTES.length - 1) {
    value /= 1_024;
    index += 1;
  }
  return `${digits(value)} ${BYTES[index]}`;
}

/** Shows a count, shortened from 100,000. */
function formatCount(count: number): string {
  const size = Math.abs(count);
  if (size > 0 && size < 0.005) return '<0.01';
  if (size < 100_000)
    return Number(count.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)).toLocaleString('en-US');
  if (size < 1e6) return `${digits(count / 1e3)} k`;
  if (size < 1e9) return `${digits(count / 1e6)} M`;
  return `${digits(count / 1e9)} G`;
}

/** Shows a ratio as a percentage. */
function formatRatio(ratio: number): string {
  const percent = ratio * 100;
  if (percent > 99 && percent < 100) return `${(Math.floor(percent * 100) / 100).toFixed(2)} %`;
  return `${percent.toFixed(percent >= 10 || percent === 0 ? 0 : percent < 0.1 ? 2 : 1)} %`;
}

/** Shows an instant in the reader's own time zone. */
export function formatTime(atMs: number, withSeconds = true): string {
  return new Date(atMs).toLocaleString(undefined, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(withSeconds ? { second: '2-digit' } : {}),
  });
}

/** Shows how long ago something was. */
export function formatAgo(atMs: number | null, nowMs: number): string {
  return atMs === null ? 'never' : `${formatMs(Math.max(0, nowMs - atMs))} ago`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
