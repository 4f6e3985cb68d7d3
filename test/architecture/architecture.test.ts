import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Breach, cruiseArchitecture, readArchitecture, sourceModules } from './import-rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const architecture = readArchitecture(root);

describe('the imports of this repository', () => {
  it('break no rule of architecture.json, and every source file was looked at', async () => {
    const { breaches, modules } = await cruiseArchitecture(root, architecture);
    expect(breaches).toEqual([]);
    const expected = sourceModules(root, architecture);
    expect(expected.length).toBeGreaterThan(150);
    expect(modules).toEqual(expect.arrayContaining([...expected]));
  });

  it('are ruled for every stage that exists', () => {
    const folders = new Set(
      sourceModules(root, architecture).flatMap((file) =>
        file.startsWith(`${architecture.root}/`)
          ? [file.slice(architecture.root.length + 1).split('/')[0]]
          : [],
      ),
    );
    expect([...folders].toSorted()).toEqual(architecture.stages.map((stage) => stage.name).toSorted());
  });

  it('only point to stages that stand earlier in the list', () => {
    architecture.stages.forEach((stage, index) => {
      const earlier = architecture.stages.slice(0, index).map((other) => other.name);
      expect(earlier).toEqual(expect.arrayContaining([...stage.imports, ...stage.types]));
    });
  });
});

/** One planted import each: file, its text, and the rule that must catch it. */
const PLANTED: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['direction/kernel', 'kernel/upwards.ts', "export { settings } from '../settings/index.ts';"],
  ['direction/kernel', 'kernel/upward-type.ts', "export type { Observed } from '../observe/index.ts';"],
  ['direction/report', 'report/command.ts', "export { run } from '../surfaces/cli/index.ts';"],
  ['face/settings', 'app/past-the-door.ts', "export { inner } from '../settings/inner.ts';"],
  ['types-only/diagnose', 'diagnose/collects.ts', "export { observe } from '../observe/index.ts';"],
  ['builtin/diagnose', 'diagnose/reads-files.ts', "export { readFileSync } from 'node:fs';"],
  ['package/diagnose', 'diagnose/queries.ts', "export { Client } from 'pg';"],
  ['package/diagnose', 'diagnose/parses.ts', "export { parse } from 'libpg-query';"],
  ['confined/advise', 'advise/solves.ts', "export { default as solver } from 'highs';"],
  ['builtin/report', 'report/writes-files.ts', "export { writeFileSync } from 'node:fs';"],
  ['test-code', 'kernel/borrows.ts', "export { plant } from './fixtures.ts';"],
  ['unresolved', 'kernel/lost.ts', "export { nothing } from './nowhere.ts';"],
  ['cycle', 'kernel/one.ts', "import './two.ts';\nexport const one = 1;"],
];

/** Files that the planted imports point at; they break nothing. */
const SOUND: Readonly<Record<string, string>> = {
  'kernel/index.ts': 'export const kernel = 1;',
  'kernel/two.ts': "import './one.ts';\nexport const two = 2;",
  'kernel/fixtures.ts': 'export const plant = 1;',
  'settings/index.ts': "export { inner as settings } from './inner.ts';",
  'settings/inner.ts': 'export const inner = 1;',
  'observe/index.ts': 'export const observe = 1;\nexport type Observed = number;',
  'diagnose/index.ts': "export type { Observed } from '../observe/index.ts';",
  'sql/index.ts': "export { parse } from 'libpg-query';",
  'advise/workload/index.ts': "export { default as solver } from 'highs';",
  'surfaces/cli/index.ts': 'export const run = 1;',
};

describe('a planted import', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-architecture-'));
  let breaches: readonly Breach[] = [];

  beforeAll(async () => {
    const planted = PLANTED.map(([, file, text]) => [file, text] as const);
    for (const [file, text] of [...Object.entries(SOUND), ...planted]) plant(file, text);
    for (const island of architecture.islands) {
      const folder = join(directory, island.root);
      mkdirSync(folder, { recursive: true });
      const kernel = relative(island.root, `${architecture.root}/kernel/index.ts`);
      const confined = Object.keys(island.confined ?? {}).map((name) => `export * from '${name}';`);
      writeFileSync(
        join(folder, 'index.ts'),
        [`export { kernel } from '${kernel}';`, ...confined].join('\n'),
      );
    }
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
    breaches = (await cruiseArchitecture(directory, architecture)).breaches;
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function plant(file: string, text: string): void {
    const path = join(directory, architecture.root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${text}\n`);
  }

  it.each(PLANTED)('is caught by %s in %s', (rule, file) => {
    expect(breaches).toContainEqual(expect.objectContaining({ rule, from: `${architecture.root}/${file}` }));
  });

  it.each(architecture.islands)('from $name into the agent is caught', ({ name }) => {
    expect(breaches.map((breach) => breach.rule)).toContain(`island/${name}`);
  });

  it.each(architecture.islands.filter((island) => island.confined !== undefined))(
    'of a package that one folder of $name alone may use is caught',
    ({ name, root: folder }) => {
      const rule = `confined/${name}`;
      expect(breaches).toContainEqual(expect.objectContaining({ rule, from: `${folder}/index.ts` }));
    },
  );

  it('that is allowed is left alone', () => {
    const innocent = Object.keys(SOUND).map((file) => `${architecture.root}/${file}`);
    expect(breaches.filter((breach) => innocent.includes(breach.from))).toEqual([]);
  });
});
