/**
 * `npm run -s bench -- <name> [--json] [options]`: builds, then runs bench/<name>.ts. With --json the last line
 * of stdout is one JSON object (see bench/README.md); without it a table.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, installPackages, root, say } from './workspace.mjs';

const [name, ...args] = process.argv.slice(2);
const file = join(root, 'bench', `${name}.ts`);
if (name === undefined || !existsSync(file)) {
  const names = readdirSync(join(root, 'bench')).flatMap((entry) => /^([^.]+)\.ts$/.exec(entry)?.[1] ?? []);
  say(`usage: npm run -s bench -- <name> [--json]\nbenches: ${names.join(', ')}`);
  process.exit(2);
}
installPackages();
build();
// Imported late: on a fresh clone it was not there when this script began.
const { runnerImport } = await import('vite');
const { module } = await runnerImport(file, {
  root,
  configFile: false,
  resolve: { conditions: ['source', 'module', 'node', 'development|production'] },
  logLevel: 'error',
});
await module.run(args);
