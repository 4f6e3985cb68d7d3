import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rewriteRules } from '../../packages/agent/src/advise/index.ts';
import { checks } from '../../packages/agent/src/diagnose/index.ts';
import { readArchitecture } from './import-rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const architecture = readArchitecture(root);
const diagnose = join(root, architecture.root, 'diagnose');
const checkFolders = folders(join(diagnose, 'checks'));

function folders(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

/** Doors of the house: index.ts of each stage (of each surface), and the faces of sub-rooms. */
const doors = architecture.stages.flatMap((stage) => [
  ...(stage.name === 'surfaces'
    ? folders(join(root, architecture.root, 'surfaces')).map((surface) => `surfaces/${surface}/index.ts`)
    : [`${stage.name}/index.ts`]),
  ...(stage.faces ?? []).map((face) => `${stage.name}/${face}`),
]);

describe('each stage', () => {
  it.each(doors)('opens with a paragraph on what it is responsible for: %s', (door) => {
    const text = readFileSync(join(root, architecture.root, door), 'utf8');
    const paragraph = /^\/\*\*\n([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
    expect(paragraph.length).toBeGreaterThan(100);
  });
});

describe('the registry of checks', () => {
  it('holds each folder of checks once, under the id that is its name', () => {
    expect(checkFolders.length).toBeGreaterThan(2);
    expect(checks.map((check) => check.id).toSorted()).toEqual(
      checkFolders.map((name) => `diagnose/${name}`).toSorted(),
    );
  });

  it.each(checkFolders)('finds implementation, twin test and page in the folder of %s', (name) => {
    const files = readdirSync(join(diagnose, 'checks', name));
    expect(files).toEqual(expect.arrayContaining(['check.md', 'check.test.ts', 'check.ts']));
    const page = readFileSync(join(diagnose, 'checks', name, 'check.md'), 'utf8');
    expect(page).toMatch(/^\*\*Problem\.\*\*/);
    expect(page).toContain('**Evidence.**');
    expect(page).toContain('**Remedy.**');
  });

  const catalogue = join(root, '../shared/checks.md');

  it.runIf(existsSync(catalogue))('knows only ids of the catalogue', () => {
    const rows = readFileSync(catalogue, 'utf8').match(/^\| diagnose\/[^|]*/gm) ?? [];
    const ids = rows.flatMap((row) => row.match(/diagnose\/[a-z0-9-]+/g) ?? []);
    expect(ids.length).toBeGreaterThan(50);
    expect(checks.map((check) => check.id).filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe('the registry of rewrites', () => {
  const rules = join(root, architecture.root, 'advise/rewrites/rules');

  it('holds each folder of rewrites once, under the id that is its name', () => {
    expect(rewriteRules.map(({ id }) => id).toSorted()).toEqual(
      folders(rules)
        .map((name) => `rewrite/${name}`)
        .toSorted(),
    );
  });

  it.each(folders(rules))('finds implementation, twin test and page in the folder of %s', (name) => {
    const files = readdirSync(join(rules, name));
    expect(files).toEqual(expect.arrayContaining(['rewrite.md', 'rewrite.test.ts', 'rewrite.ts']));
    const page = readFileSync(join(rules, name, 'rewrite.md'), 'utf8');
    for (const part of ['**Problem.**', '**Rewrite.**', '**Same result.**', '**Left alone.**']) {
      expect(page).toContain(part);
    }
  });
});
