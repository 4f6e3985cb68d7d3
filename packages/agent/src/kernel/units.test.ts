import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRatio,
  formatRatioBeside,
  formatUnit,
  parseBytes,
  parseDuration,
} from './units.ts';

it.each([
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1,023 B'],
  [1024, '1 kB'],
  [1536, '1.5 kB'],
  [10 * 1024 ** 2, '10 MB'],
  [1.25 * 1024 ** 3, '1.25 GB'],
  [1024 ** 6, '1,024 PB'],
  [1024 ** 2 - 1, '1 MB'],
  [-2048, '-2 kB'],
])('shows %d bytes as %s', (bytes, shown) => {
  expect(formatBytes(bytes)).toBe(shown);
});

it.each([
  [0, '0 ms'],
  [0.42, '0.42 ms'],
  [0.004, '0.004 ms'],
  [999, '999 ms'],
  [999.9, '1 s'],
  [3_100, '3.1 s'],
  [119_000, '119 s'],
  [720_000, '12 min'],
  [18_720_000, '5.2 h'],
  [38 * 86_400_000, '38 d'],
])('shows %d ms as %s', (ms, shown) => {
  expect(formatDuration(ms)).toBe(shown);
});

it.each([
  [0, '0'],
  [1.25, '1.3'],
  [12_345, '12,345'],
  [99_999, '99,999'],
  [100_000, '100 k'],
  [1_200_000, '1.2 M'],
  [999_999, '1 M'],
  [3.4e9, '3.4 G'],
])('shows the count %d as %s', (count, shown) => {
  expect(formatCount(count)).toBe(shown);
});

it.each([
  [0, '0 %'],
  [0.004, '0.4 %'],
  [0.0004, '0.04 %'],
  [0.5, '50 %'],
  [0.9, '90 %'],
  [0.9997, '99.97 %'],
  [0.99999, '99.99 %'],
  [1, '100 %'],
])('shows the ratio %d as %s', (ratio, shown) => {
  expect(formatRatio(ratio)).toBe(shown);
});

it.each([
  [0.8996, 0.9, '89.96 %'],
  [0.89999, 0.9, '89.99 %'],
  [0.9001, 0.9, '90.01 %'],
  [0.9, 0.9, '90 %'],
  [0.5, 0.9, '50 %'],
])('shows the ratio %d beside the limit %d as %s', (ratio, limit, shown) => {
  expect(formatRatioBeside(ratio, limit)).toBe(shown);
});

it('shows a value in its unit', () => {
  expect(formatUnit(2, 'perSecond')).toBe('2/s');
  expect(formatUnit(2048, 'bytesPerSecond')).toBe('2 kB/s');
  expect(formatUnit(5, 'rows')).toBe('5');
  expect(formatUnit(0.5, 'ratio')).toBe('50 %');
});

it.each([
  ['5 min', 300_000],
  ['200ms', 200],
  ['1.5h', 5_400_000],
  ['35 d', 3_024_000_000],
  ['250', 250],
  ['0', 0],
])('reads the duration "%s"', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', '5 minutes', '-1 s', '1,5 s', 's', '1e3', 'NaN', '١ s'])(
  'takes "%s" for no duration',
  (text) => {
    expect(parseDuration(text)).toBeNull();
  },
);

it.each([
  ['100 MB', 100 * 1024 ** 2],
  ['8kB', 8_192],
  ['1.5 gb', 1.5 * 1024 ** 3],
  ['512', 512],
])('reads the size "%s"', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

it.each(['', '100 MiB', '-1', 'MB', '1 k'])('takes "%s" for no size', (text) => {
  expect(parseBytes(text)).toBeNull();
});

it('reads what it showed, to three digits', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e15, noNaN: true }), (value) => {
      const bytes = parseBytes(formatBytes(value)) ?? Number.NaN;
      expect(Math.abs(bytes - value) / value).toBeLessThan(0.006);
      const ms = parseDuration(formatDuration(value)) ?? Number.NaN;
      expect(Math.abs(ms - value) / value).toBeLessThan(0.006);
    }),
  );
});
