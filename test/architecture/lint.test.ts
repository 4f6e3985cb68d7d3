import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const BARE_ERROR = "export function fail(): never {\n  throw new Error('no');\n}\n";
const RAW_QUERY =
  "import type { Client } from 'pg';\n\nexport const read = (client: Client): Promise<unknown> => client.query('select 1');\n";
const LONG_FUNCTION = `export function long(): number {\n  let sum = 0;\n${'  sum += 1;\n'.repeat(60)}  return sum;\n}\n`;

/** File → its text, and the words of the rule that must catch it; null where the file is allowed. */
const PLANTED: readonly (readonly [file: string, text: string, caughtBy: string | null])[] = [
  ['packages/agent/src/app/bare.ts', BARE_ERROR, 'error catalogue'],
  ['packages/agent/src/app/bare.test.ts', BARE_ERROR, null],
  ['packages/agent/src/observe/raw.ts', RAW_QUERY, 'defineCatalogQuery'],
  ['packages/agent/src/postgres/raw.ts', RAW_QUERY, null],
  ['packages/agent/src/app/default.ts', 'export default 1;\n', 'noDefaultExport'],
  [
    'packages/agent/src/app/non-null.ts',
    'export const sure = (a?: number): number => a!;\n',
    'noNonNullAssertion',
  ],
  ['packages/agent/src/app/loose.ts', 'export const loose = (a: any): unknown => a;\n', 'noExplicitAny'],
  ['packages/agent/src/app/camelCase.ts', 'export const camel = 1;\n', 'useFilenamingConvention'],
  ['packages/agent/src/app/long.ts', LONG_FUNCTION, 'noExcessiveLinesPerFunction'],
  [
    'packages/agent/src/app/many.ts',
    'export const many = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;\n',
    'useMaxParams',
  ],
  [
    'packages/agent/src/app/forgotten.ts',
    'const later = async (): Promise<number> => 1;\n\nexport function start(): void {\n  later();\n}\n',
    'noFloatingPromises',
  ],
  ['packages/agent/src/app/vast.ts', 'export {};\n'.repeat(401), 'noExcessiveLinesPerFile'],
  ['packages/agent/src/app/clean.ts', 'export const clean = 1;\n', null],
];

describe('the linter', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-lint-'));

  beforeAll(() => {
    const configuration = readFileSync(join(root, 'biome.jsonc'), 'utf8');
    writeFileSync(join(directory, 'biome.jsonc'), configuration.replace(/"vcs": .*\n/, ''));
    cpSync(join(root, 'biome'), join(directory, 'biome'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
    for (const [file, text] of PLANTED) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), text);
    }
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(PLANTED)('judges %s', (file, _, caughtBy) => {
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    const { stdout, stderr, status } = spawnSync(process.execPath, [biome, 'lint', '--colors=off', file], {
      cwd: directory,
      encoding: 'utf8',
    });
    if (caughtBy === null) expect(stderr + stdout).toMatch(/Checked 1 file/);
    else expect(stderr + stdout).toContain(caughtBy);
    expect(status).toBe(caughtBy === null ? 0 : 1);
  });
});
