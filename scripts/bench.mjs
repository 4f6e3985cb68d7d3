/**
 * `npm run -s bench -- <name> [--json] [options]`: builds, then runs bench/<name>.ts. With --json the last line
 * of stdout is one JSON object (see bench/README.md); without it a table.
 */
import { existsSync, readdirSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
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
// After the build: on a fresh clone the compiler was not there when this script began.
register('./typescript-hooks.mjs', import.meta.url);
const module = await import(pathToFileURL(file).href);
await module.run(args);
