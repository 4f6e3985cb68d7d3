/**
 * `npm run docs`: writes docs/reference from what the compiled packages declare. With `--check` it compares
 * instead, and ends with 1 when a committed file differs. Needs a build.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checksPage } from './reference/checks.mjs';
import { cliPage } from './reference/cli.mjs';
import { errorsPage } from './reference/errors.mjs';
import { queriesPage } from './reference/queries.mjs';
import { configSchema, marked } from './reference/schemas.mjs';
import { settingsPage } from './reference/settings.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Renders every file of the reference: path under docs/reference → text. */
async function renderReference() {
  const { formatUnit } = await built('kernel');
  const { environmentName } = await built('settings');
  const registries = await built('app', 'registries.js');
  const sources = { ...registries, formatUnit, environmentName };
  const { buildProgram } = await built('surfaces/cli');
  const program = buildProgram({
    version: '0.0.0',
    environment: {},
    signal: new AbortController().signal,
    onExit: () => undefined,
  });
  return new Map([
    ['checks.md', checksPage({ ...sources, readPage: readCheckPage })],
    ['settings.md', settingsPage(sources)],
    ['errors.md', errorsPage(sources)],
    ['queries.md', queriesPage({ ...sources, probes: await exampleProbes() })],
    ['cli.md', cliPage({ program })],
    ['schemas/config.json', json(configSchema(sources))],
    ['schemas/audit.json', json(marked(registries.auditJsonSchema()))],
    ['schemas/cache-advice.json', json(marked(registries.cacheAdviceJsonSchema()))],
    ['schemas/cache-status.json', json(marked(registries.cacheStatusJsonSchema()))],
    ['schemas/explain.json', json(marked(registries.explainJsonSchema()))],
    ['schemas/indexes.json', json(marked(registries.indexesJsonSchema()))],
    ['schemas/queries-advice.json', json(marked(registries.queryAdviceJsonSchema()))],
    ['schemas/tune.json', json(marked(registries.tuneJsonSchema()))],
  ]);
}

/** The statements that are built per table, for an example table. */
async function exampleProbes() {
  const { columnExtremesStatement, columnMaximumStatement, orphanStatement, treeHeightsStatement } =
    await built('catalog');
  return [
    {
      summary: 'The largest value of an indexed column beside the sequence that fills it',
      statement: columnMaximumStatement({
        schema: 'public',
        tableName: 'orders',
        column: 'id',
        sequence: { oid: 0, schema: 'public', name: 'orders_id_seq', increment: 1, isUsed: true },
      }),
    },
    {
      summary: 'Rows of a sample without a partner in the referenced table',
      statement: orphanStatement({
        schema: 'public',
        tableName: 'orders',
        columns: ['customer_id'],
        referencedSchema: 'public',
        referencedTable: 'customers',
        referencedColumns: ['id'],
        sampleRows: 1_000,
        sampleRatio: 0.01,
      }),
    },
    {
      summary: 'The least and the greatest value of columns that lead a btree, many columns a statement',
      statement: columnExtremesStatement([{ schema: 'public', table: 'orders', column: 'id' }]),
    },
    {
      summary:
        'The plan, never run, of the first row in the order of btrees whose height is open, many a statement',
      statement: treeHeightsStatement(
        [
          {
            schema: 'public',
            table: 'orders',
            keys: ['id'],
            directions: ['asc nulls last'],
            predicate: null,
          },
        ],
        'order',
      ),
    },
  ];
}

function readCheckPage(name) {
  return readFileSync(join(root, 'packages/agent/src/diagnose/checks', name, 'check.md'), 'utf8');
}

/** Imports a compiled stage of the agent. */
function built(stage, file = 'index.js') {
  const path = join(root, 'packages/agent/dist', stage, file);
  if (!existsSync(path)) {
    process.stderr.write(`${path} does not exist: run \`npm run build\` first\n`);
    process.exit(2);
  }
  return import(path);
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const isCheck = process.argv.includes('--check');
const differing = [];
for (const [name, text] of await renderReference()) {
  const file = join(root, 'docs/reference', name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  differing.push(`docs/reference/${name}`);
  if (isCheck) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
if (isCheck && differing.length > 0) {
  process.stderr.write(
    `out of date:\n${differing.map((file) => `  ${file}\n`).join('')}mend it with: npm run docs\n`,
  );
  process.exitCode = 1;
} else {
  process.stderr.write(
    differing.length === 0 ? 'docs/reference is up to date\n' : `wrote ${differing.join(', ')}\n`,
  );
}
