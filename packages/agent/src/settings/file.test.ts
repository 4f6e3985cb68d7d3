import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unwrap } from '../kernel/index.ts';
import { parseConfig, readConfigFile } from './file.ts';

const TEXT = `
# a comment
[target.shop]
url = "postgres://audit:\${SHOP_PASSWORD}@db.example/shop"

[target."a.b"]
url = "postgres://h/d"

[diagnose.slow-query]
mean-ms = "2 s"

[observe]
interval-ms = 500
`;

it('gives targets by name and settings by dotted key, variables filled in', () => {
  const file = unwrap(parseConfig('p.toml', TEXT, { SHOP_PASSWORD: 's3cret$&' }));
  expect([...file.targets]).toEqual([
    ['shop', 'postgres://audit:s3cret$&@db.example/shop'],
    ['a.b', 'postgres://h/d'],
  ]);
  expect([...file.values]).toEqual([
    ['diagnose.slow-query.mean-ms', '2 s'],
    ['observe.interval-ms', 500],
  ]);
});

it('takes an empty variable, and refuses one that is not set', () => {
  expect(unwrap(parseConfig('p.toml', TEXT, { SHOP_PASSWORD: '' })).targets.get('shop')).toContain('audit:@');
  expect(parseConfig('p.toml', TEXT, {})).toMatchObject({
    ok: false,
    error: { code: 'SETTINGS.MISSING_VARIABLE', message: expect.stringContaining('SHOP_PASSWORD') },
  });
});

it('leaves a dollar sign that names no variable alone', () => {
  const dollars = ['$HOME ', '{ x } $', '{'].join('$');
  const file = unwrap(parseConfig('p.toml', `a = "${dollars}"`, { HOME: '/root' }));
  expect(file.values.get('a')).toBe(dollars);
});

it('names the line that is no TOML', () => {
  const result = parseConfig('p.toml', 'a = 1\nb = = 2\n', {});
  expect(result).toMatchObject({ ok: false, error: { code: 'SETTINGS.FILE_INVALID', exitCode: 2 } });
  if (!result.ok) expect(result.error.why).toMatch(/^Line 2, column \d+: /);
});

it('shows no password of a file that is no TOML', () => {
  const result = parseConfig('p.toml', '[target.x]\nurl = "postgres://u:hunter2@h/d\n', {});
  expect(result.ok).toBe(false);
  if (!result.ok) {
    expect([result.error.message, result.error.why, ...result.error.next].join('\n')).not.toContain(
      'hunter2',
    );
  }
});

it('says why a file cannot be read', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-settings-'));
  try {
    const missing = readConfigFile(join(directory, 'none.toml'), {});
    expect(missing).toMatchObject({
      ok: false,
      error: { code: 'SETTINGS.FILE_UNREADABLE', why: 'There is no such file or directory.' },
    });
    expect(readConfigFile(directory, {})).toMatchObject({
      ok: false,
      error: { code: 'SETTINGS.FILE_UNREADABLE' },
    });
    writeFileSync(join(directory, 'a.toml'), 'x.y = 1');
    expect(unwrap(readConfigFile(join(directory, 'a.toml'), {})).values.get('x.y')).toBe(1);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('gives the settings that a target has for itself, and leaves the others to all', () => {
  const text = `${TEXT}
[target]
cpus = 4

[target.billing]
url = "postgres://h/billing"
disk-bytes = "500 GB"
cache.redis-url = "redis://:\${SHOP_PASSWORD}@cache.example"
`;
  const { targetValues, values } = unwrap(parseConfig('p.toml', text, { SHOP_PASSWORD: 'x' }));
  expect(Object.fromEntries(targetValues.get('billing') ?? [])).toEqual({
    'disk-bytes': '500 GB',
    'cache.redis-url': 'redis://:x@cache.example',
  });
  expect(targetValues.get('shop')?.size).toBe(0);
  expect(values.get('target.cpus')).toBe(4);
});
