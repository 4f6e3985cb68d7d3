/**
 * `npm run new:check -- unused-index`: stamps the folder of a new check (implementation, twin test, page) and
 * adds it to the registry. The stamped check finds nothing until its `run` is written.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const diagnose = join(root, 'packages/agent/src/diagnose');

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || rest.length > 0) refuse('usage: npm run new:check -- <name>, such as unused-index');
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  refuse(`"${name}" is no name for a check: use lower case words with dashes, such as unused-index`);
}
const folder = join(diagnose, 'checks', name);
if (existsSync(folder)) refuse(`diagnose/${name} exists already: packages/agent/src/diagnose/checks/${name}`);

const variable = name.replaceAll(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const title = `${name[0].toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;
const registry = join(diagnose, 'registry.ts');
const registered = register(readFileSync(registry, 'utf8'));

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'check.ts'), implementation());
writeFileSync(join(folder, 'check.test.ts'), twinTest());
writeFileSync(join(folder, 'check.md'), docsPage());
writeFileSync(registry, registered);
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
spawnSync(process.execPath, [biome, 'check', '--write', folder, registry], { cwd: root, stdio: 'ignore' });

process.stdout.write(
  [
    `packages/agent/src/diagnose/checks/${name}/{check.ts,check.test.ts,check.md}`,
    'packages/agent/src/diagnose/registry.ts',
    '',
    `next: write the test, then run \`npx vitest run packages/agent/src/diagnose/checks/${name}\`,`,
    'then `npm run docs` to bring the reference up to date',
    '',
  ].join('\n'),
);

function refuse(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}

/** Adds import and entry; the order of the entries is the order of the catalogue, so move it where it belongs. */
function register(text) {
  const list = /(: readonly Check\[\] = \[)([\s\S]*?),?(\s*\];)/;
  if (!list.test(text)) refuse('packages/agent/src/diagnose/registry.ts holds no list of checks to add to');
  const listed = text.replace(list, (_, begin, entries, end) => `${begin}${entries}, ${variable}${end}`);
  return `import { ${variable} } from './checks/${name}/check.ts';\n${listed}`;
}

function implementation() {
  return `import { displayName } from '../../../kernel/index.ts';
import { bytesSetting } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumBytes: bytesSetting({
    key: 'diagnose.${name}.minimum-bytes',
    summary: 'Size from which TODO.',
    default: 1024 ** 2,
    source: 'TODO: the spec, a section of the PostgreSQL docs, a convention of a peer, a measurement',
  }),
};

/** Finds TODO. */
export const ${variable}: Check = defineCheck({
  id: 'diagnose/${name}',
  title: '${title}',
  needs: ['tables'],
  source: 'TODO',
  settings,
  run: ({ sections, values, threshold }) =>
    sections.tables
      .filter((table) => table.name === 'TODO' && (table.totalBytes ?? 0) >= values.minimumBytes)
      .map((table) =>
        finding({
          severity: 'info',
          subject: { kind: 'table', schema: table.schema, name: table.name },
          title: \`\${displayName(table.schema, table.name)} TODO\`,
          evidence: { totalBytes: table.totalBytes },
          threshold: threshold('minimumBytes'),
          remedy: 'TODO',
        }),
      ),
});
`;
}

function twinTest() {
  return `import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { ${variable} } from './check.ts';

describe('diagnose/${name}', () => {
  it('stays silent on a clean table', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int primary key)');
      expect(await findingsOf(${variable}, db)).toEqual([]);
    }));

  it.todo('finds the planted fault, with its evidence');
  it.todo('quotes hostile names');
});
`;
}

function docsPage() {
  return `**Problem.** TODO: what it costs, for a reader who never heard of it.

**Evidence.** TODO: which values are shown, and from where.

**Remedy.** TODO: what to do, with the SQL.

**Left out.** TODO: what is not a fault although it looks like one.
`;
}
