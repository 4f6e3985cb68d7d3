import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  catalogQueries,
  checks,
  consoleCommands,
  errorDefinitions,
  settingDefinitions,
} from '../../packages/agent/src/app/registries.ts';
import type { ErrorDefinition } from '../../packages/agent/src/kernel/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'packages/agent/src');

function sourceFiles(): readonly string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(\.test|fixtures)\.ts$/.test(file))
    .map((file) => join(source, file));
}

function readReference(page: string): string {
  return readFileSync(join(root, 'docs/reference', page), 'utf8');
}

/** Ids that stand as headings on a page of the reference. */
function headings(page: string): readonly string[] {
  return [...readReference(page).matchAll(/^## (\S+)$/gm)].map(([, id]) => id ?? '');
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

function texts(row: ErrorDefinition): readonly string[] {
  return [row.message, row.why, ...row.next];
}

describe('the error catalogue', () => {
  const codes = errorDefinitions.map((row) => row.code);

  it('has each code once, as AREA.NAME', () => {
    expect(codes.length).toBeGreaterThan(25);
    expect(repeated(codes)).toEqual([]);
    expect(codes.filter((code) => !/^[A-Z]+\.[A-Z0-9_]+$/.test(code))).toEqual([]);
  });

  it('equals the page of errors, in both directions', () => {
    expect(headings('errors.md')).toEqual(codes);
  });

  it('holds the rows of every errors.ts', async () => {
    const files = sourceFiles().filter((file) => /[\\/]errors\.ts$/.test(file));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
      const rows = Object.entries(module).filter(([name]) => name.endsWith('_ERRORS'));
      expect(rows, file).not.toEqual([]);
      const declared = rows.flatMap(([, value]) => Object.values(value as Record<string, ErrorDefinition>));
      expect(codes).toEqual(expect.arrayContaining(declared.map((row) => row.code)));
    }
  });

  it('is declared in files called errors.ts only', () => {
    const elsewhere = sourceFiles().filter(
      (file) =>
        !/[\\/](errors|failure)\.ts$/.test(file) && readFileSync(file, 'utf8').includes('defineErrors('),
    );
    expect(elsewhere).toEqual([]);
  });

  it('is thrown: no row is dead', () => {
    const code = sourceFiles().map((file) => readFileSync(file, 'utf8'));
    const unused = codes.filter((name) => {
      const use = new RegExp(
        `_ERRORS(\\.|\\[['"\`])${name.split('.')[1]}\\b|['"\`]${name.split('.')[1]}['"\`]`,
      );
      return !code.some((text) => use.test(text.replaceAll(/Record<[^>]*>/g, '')));
    });
    expect(unused).toEqual([]);
  });

  it.each(errorDefinitions.map((row) => [row.code, row] as const))('words %s for a person', (_, row) => {
    expect(row.message).not.toMatch(/\.$/);
    expect(row.why).not.toBe('');
    // Who cancelled needs no advice.
    if (row.exitCode !== 3) expect(row.next).not.toEqual([]);
    for (const text of texts(row)) {
      const braces = text.match(/[{}]/g)?.length ?? 0;
      expect((text.match(/\{[a-z][a-zA-Z]*\}/g)?.length ?? 0) * 2, text).toBe(braces);
    }
  });
});

describe('the registry of settings', () => {
  const keys = settingDefinitions.map((setting) => setting.key);

  it('has each key once, in kebab case, and a definition is not declared twice under one key', () => {
    expect(repeated(keys)).toEqual([]);
    expect(keys.filter((key) => !/^[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)+$/.test(key))).toEqual([]);
    const everywhere = new Map<string, unknown>();
    for (const setting of checks.flatMap((check) => Object.values(check.settings))) {
      expect(everywhere.get(setting.key) ?? setting, setting.key).toBe(setting);
      everywhere.set(setting.key, setting);
    }
  });

  it('reaches every setting that is declared anywhere', () => {
    const declared = sourceFiles().flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bkey: '([a-z]+\.[a-z0-9.-]+)'/g)].map(([, key]) => key ?? ''),
    );
    expect(declared.length).toBeGreaterThan(10);
    expect(declared.filter((key) => !keys.includes(key))).toEqual([]);
  });

  it('says the unit in the key of every number', () => {
    const endings = { ms: /[.-]ms$/, bytes: /[.-]bytes$/ } as const;
    const wrong = settingDefinitions.filter(({ unit, key }) =>
      unit === 'ms' || unit === 'bytes' ? !endings[unit].test(key) : false,
    );
    expect(wrong.map((setting) => setting.key)).toEqual([]);
  });

  it('accepts its own defaults', () => {
    const wrong = settingDefinitions.filter((setting) => !setting.schema.safeParse(setting.default).success);
    expect(wrong.map((setting) => setting.key)).toEqual([]);
  });

  it('stands complete on the page of settings', () => {
    const listed = [...readReference('settings.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key);
    expect(listed.toSorted()).toEqual(keys.toSorted());
  });
});

describe('checks and queries', () => {
  it('have ids that are unique and stand on their page, in both directions', () => {
    const ids = checks.map((check) => check.id);
    expect(repeated(ids)).toEqual([]);
    expect(headings('checks.md')).toEqual(ids);
    const queries = catalogQueries.map((query) => query.id);
    expect(repeated(queries)).toEqual([]);
    const commands = consoleCommands.map(({ id }) => id);
    expect(headings('queries.md').filter((id) => !id.startsWith('catalog/probe-'))).toEqual([
      ...queries,
      ...commands,
    ]);
  });

  it('have a page in the reference for each finding to point at', () => {
    const page = readReference('checks.md');
    for (const { id } of checks) expect(page).toContain(`](#${id.replace('/', '')})`);
  });
});
