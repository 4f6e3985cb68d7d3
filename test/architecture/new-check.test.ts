import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DIAGNOSE = 'packages/agent/src/diagnose';

describe('npm run new:check', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-new-check-'));

  beforeAll(() => {
    mkdirSync(join(directory, DIAGNOSE, 'checks'), { recursive: true });
    for (const file of ['scripts/new-check.mjs', `${DIAGNOSE}/registry.ts`]) {
      cpSync(join(root, file), join(directory, file));
    }
    const configuration = readFileSync(join(root, 'biome.jsonc'), 'utf8');
    writeFileSync(join(directory, 'biome.jsonc'), configuration.replace(/"vcs": .*\n/, ''));
    cpSync(join(root, 'biome'), join(directory, 'biome'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function stamp(...names: readonly string[]): { readonly status: number | null; readonly stderr: string } {
    const script = join(directory, 'scripts/new-check.mjs');
    return spawnSync(process.execPath, [script, ...names], { encoding: 'utf8' });
  }

  it('stamps the folder and registers the check, then refuses to do it again', () => {
    expect(stamp('sleepy-hamster').status).toBe(0);
    const folder = join(directory, DIAGNOSE, 'checks/sleepy-hamster');
    expect(readdirSync(folder).toSorted()).toEqual(['check.md', 'check.test.ts', 'check.ts']);
    expect(readFileSync(join(folder, 'check.ts'), 'utf8')).toContain("id: 'diagnose/sleepy-hamster'");
    const registry = readFileSync(join(directory, DIAGNOSE, 'registry.ts'), 'utf8');
    expect(registry).toContain("import { sleepyHamster } from './checks/sleepy-hamster/check.ts';");
    expect(registry).toMatch(/readonly Check\[\] = \[[^\]]*\bsleepyHamster\b[^\]]*\];/);
    expect(stamp('sleepy-hamster')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('exists already'),
    });
  });

  it.each([[], ['Unused'], ['../escape'], ['two words'], ['-dash'], ['a', 'b']])(
    'refuses a bad name: %s',
    (...names) => {
      expect(stamp(...names).status).toBe(2);
    },
  );
});
