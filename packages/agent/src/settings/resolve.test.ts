import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, unwrap } from '../kernel/index.ts';
import { defaultSettings, environmentName, resolveSettings, type SettingSources } from './resolve.ts';
import {
  bytesSetting,
  choiceSetting,
  countSetting,
  durationSetting,
  ratioSetting,
  secretSetting,
  textSetting,
} from './setting.ts';

const flagsOf = (values: Readonly<Record<string, unknown>>): NonNullable<SettingSources['flags']> =>
  new Map(Object.entries(values).map(([key, value]) => [key, { option: `--set ${key}`, value }]));

const mean = durationSetting({
  key: 'slow-query.mean-ms',
  summary: '',
  default: 1_000,
  maximum: 60_000,
  source: '',
});
const patience = durationSetting({
  key: 'patience-ms',
  summary: '',
  default: 9_000,
  minimum: 1_000,
  source: '',
});
const size = bytesSetting({ key: 'observe.minimum-bytes', summary: '', default: 512, source: '' });
const hit = ratioSetting({ key: 'buffer-hit.ratio', summary: '', default: 0.98, source: '' });
const rows = countSetting({
  key: 'sample.rows',
  summary: '',
  default: 10,
  minimum: 1,
  unit: 'rows',
  source: '',
});
const style = choiceSetting({
  key: 'report.style',
  summary: '',
  default: 'wide',
  choices: ['wide', 'narrow'],
  source: '',
});
const note = textSetting({ key: 'report.note', summary: '', default: '', source: '' });
const definitions = [mean, patience, size, hit, rows, style, note];

const everywhere: SettingSources = {
  flags: flagsOf({ 'slow-query.mean-ms': '1 s' }),
  environment: { PGSTEWARD_SLOW_QUERY_MEAN_MS: '2 s' },
  file: { name: 'pgsteward.toml', values: new Map<string, unknown>([['slow-query.mean-ms', 3_000]]) },
};

describe('the value of a setting', () => {
  it('comes from the flag, then the environment, then the file, then the default; and says so', () => {
    const { flags, environment, file } = everywhere;
    const cases: readonly (readonly [SettingSources, number, unknown])[] = [
      [everywhere, 1_000, { kind: 'flag', name: '--set slow-query.mean-ms' }],
      [
        { environment: environment ?? {}, ...(file && { file }) },
        2_000,
        { kind: 'environment', name: 'PGSTEWARD_SLOW_QUERY_MEAN_MS' },
      ],
      [{ ...(file && { file }) }, 3_000, { kind: 'file', name: 'pgsteward.toml' }],
      [{}, 1_000, { kind: 'default' }],
      [
        { ...(flags && { flags }), ...(file && { file }) },
        1_000,
        { kind: 'flag', name: '--set slow-query.mean-ms' },
      ],
    ];
    for (const [sources, value, origin] of cases) {
      const settings = unwrap(resolveSettings(definitions, sources));
      expect(settings.get(mean)).toBe(value);
      expect(settings.origin(mean)).toEqual(origin);
      expect(settings.get(size)).toBe(512);
      expect(settings.origin(size)).toEqual({ kind: 'default' });
    }
  });

  it('is the default where nothing was resolved', () => {
    expect(defaultSettings.get(style)).toBe('wide');
    expect(defaultSettings.origin(style)).toEqual({ kind: 'default' });
  });

  it.each([
    ['slow-query.mean-ms', '5 min', 'between 0 ms and 60 s'],
    ['patience-ms', '5', 'at least 1 s (a number alone is milliseconds: write 30s or 5 min)'],
    ['slow-query.mean-ms', 'soon', 'duration'],
    ['slow-query.mean-ms', true, 'duration'],
    ['slow-query.mean-ms', Number.NaN, 'duration'],
    ['observe.minimum-bytes', '-1', 'size'],
    ['observe.minimum-bytes', '10 MiB', 'size'],
    ['buffer-hit.ratio', '98', 'between 0 and 1'],
    ['buffer-hit.ratio', '98 %', 'ratio'],
    ['sample.rows', '0', 'at least 1'],
    ['sample.rows', '', 'number'],
    ['sample.rows', 'Infinity', 'number'],
    ['report.style', 'tall', '"wide"|"narrow"'],
    ['report.note', 7, 'string'],
  ])('%s cannot be %j', (key, value, reason) => {
    const result = resolveSettings(definitions, { flags: flagsOf({ [key]: value }) });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'SETTINGS.INVALID_VALUE', message: expect.stringContaining(key), exitCode: 2 },
    });
    if (!result.ok) {
      expect(result.error.why).toContain(reason);
      expect(result.error.message).toContain('--set');
    }
  });

  it('reads durations and sizes in any unit', () => {
    const flags = flagsOf({
      'slow-query.mean-ms': '0.5 min',
      'observe.minimum-bytes': '8kB',
      'buffer-hit.ratio': '.95',
      'sample.rows': 20,
    });
    const settings = unwrap(resolveSettings(definitions, { flags }));
    expect([mean, size, hit, rows].map((one) => settings.get(one))).toEqual([30_000, 8_192, 0.95, 20]);
  });
});

describe('a setting that a standard has a variable for', () => {
  const endpoint = textSetting({
    key: 'otlp.endpoint',
    summary: '',
    default: '',
    source: '',
    standardVariables: ['OTEL_METRICS_ENDPOINT', 'OTEL_ENDPOINT'],
  });
  const given = (environment: Readonly<Record<string, string>>) => {
    const settings = unwrap(resolveSettings([endpoint], { environment }));
    return [settings.get(endpoint), settings.origin(endpoint)];
  };

  it('takes the strongest that says something, and our own before it, even an empty one', () => {
    const standard = { OTEL_METRICS_ENDPOINT: 'a', OTEL_ENDPOINT: 'b' };
    expect(given(standard)).toEqual(['a', { kind: 'environment', name: 'OTEL_METRICS_ENDPOINT' }]);
    expect(given({ ...standard, OTEL_METRICS_ENDPOINT: '' })).toEqual([
      'b',
      { kind: 'environment', name: 'OTEL_ENDPOINT' },
    ]);
    expect(given({ ...standard, PGSTEWARD_OTLP_ENDPOINT: '' })).toEqual([
      '',
      { kind: 'environment', name: 'PGSTEWARD_OTLP_ENDPOINT' },
    ]);
    expect(given({})).toEqual(['', { kind: 'default' }]);
  });
});

it('shows no secret that it refuses', () => {
  const secret = secretSetting({ key: 'otlp.headers', summary: '', default: '', source: '' });
  const result = resolveSettings([secret], { file: { name: 'p', values: new Map([[secret.key, 4711]]) } });
  expect(result.ok).toBe(false);
  if (!result.ok) expect(`${result.error.message} ${result.error.why}`).not.toContain('4711');
});

describe('an unknown setting', () => {
  it('is refused, with the one that was meant', () => {
    const result = resolveSettings(definitions, { flags: flagsOf({ 'slow-query.mean': 1 }) });
    expect(result).toMatchObject({ ok: false, error: { code: 'SETTINGS.UNKNOWN_KEY' } });
    if (!result.ok) expect(result.error.why).toContain('Did you mean "slow-query.mean-ms"?');
  });

  it('is refused in the file, whose name is told', () => {
    const file = { name: 'my.toml', values: new Map([['zzz', 1]]) };
    const result = resolveSettings(definitions, { file });
    expect(result).toMatchObject({ ok: false, error: { message: 'unknown setting "zzz" in my.toml' } });
    if (!result.ok) expect(result.error.why).not.toContain('Did you mean');
  });
});

it('gives each setting one variable of the environment', () => {
  expect(environmentName('diagnose.slow-query.mean-ms')).toBe('PGSTEWARD_DIAGNOSE_SLOW_QUERY_MEAN_MS');
});

it('takes back what pgsteward itself shows', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 59_000 }), fc.integer({ min: 0, max: 2 ** 50 }), (ms, bytes) => {
      const flags = flagsOf({
        'slow-query.mean-ms': formatDuration(ms),
        'observe.minimum-bytes': formatBytes(bytes),
      });
      const settings = unwrap(resolveSettings(definitions, { flags }));
      expect(Math.abs(settings.get(mean) - ms)).toBeLessThanOrEqual(ms * 0.006);
      expect(Math.abs(settings.get(size) - bytes)).toBeLessThanOrEqual(bytes * 0.006);
    }),
  );
});
