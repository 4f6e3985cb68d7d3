import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../../test/support/index.ts';
import { unwrap } from '../kernel/index.ts';
import { REDIS_SETTINGS } from '../redis/index.ts';
import { TARGET_SETTINGS } from '../settings/index.ts';
import { loadConfiguration } from './configuration.ts';

let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function load(text: string, flags: Readonly<Record<string, unknown>> = {}) {
  const file = join(directory, 'pgsteward.toml');
  await writeFile(file, text);
  const overrides = new Map(Object.entries(flags).map(([key, value]) => [key, { option: '--set', value }]));
  return loadConfiguration({ file, overrides, environment: {} });
}

const TARGET = '[target.shop]\nurl = "postgres://h/shop"\n';

describe('the settings of one target', () => {
  it('are stronger than those of all, and weaker than a flag', async () => {
    const text = `[target]\ndisk-bytes = "1 TB"\ncpus = 4\n${TARGET}disk-bytes = "500 GB"\ncache.redis-url = "redis://h"`;
    const { settings, settingsOf } = unwrap(await load(text));
    const disk = (name: string): number => settingsOf(name).get(TARGET_SETTINGS.diskBytes);
    expect([disk('shop'), disk('other')]).toEqual([500 * 1024 ** 3, 1024 ** 4]);
    expect(settingsOf('shop').get(TARGET_SETTINGS.cpus)).toBe(4);
    expect(settingsOf('shop').get(REDIS_SETTINGS.url)).toBe('redis://h');
    expect(settings.get(REDIS_SETTINGS.url)).toBe('');
    const flagged = unwrap(await load(text, { 'target.disk-bytes': '2 TB' }));
    expect(flagged.settingsOf('shop').get(TARGET_SETTINGS.diskBytes)).toBe(2 * 1024 ** 4);
  });

  it.each([
    ['disc-bytes = 1', 'SETTINGS.UNKNOWN_KEY'],
    ['disk-bytes = "much"', 'SETTINGS.INVALID_VALUE'],
    ['store.url = "postgres://h/d"', 'SETTINGS.NOT_OF_ONE_TARGET'],
    ['objective.p95.ms = 10', 'SETTINGS.NOT_OF_ONE_TARGET'],
  ])('are refused where they are none: %s', async (line, code) => {
    expect(await load(`${TARGET}${line}\n`)).toMatchObject({ ok: false, error: { code } });
  });
});
