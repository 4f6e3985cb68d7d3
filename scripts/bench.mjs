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
const { createRunnableDevEnvironment, resolveConfig } = await import('vite');
const conditions = ['source', 'module', 'node', 'development|production'];
const inline = {
  consumer: 'server',
  dev: { moduleRunnerTransform: true },
  resolve: { external: true, mainFields: [], conditions },
};
const config = await resolveConfig(
  { root, configFile: false, envDir: false, logLevel: 'error', environments: { inline } },
  'serve',
);
const environment = createRunnableDevEnvironment('inline', config, {
  runnerOptions: { hmr: { logger: false } },
  hot: false,
});
await environment.init();
try {
  // The runner stays open while the bench runs: what it tests imports some libraries late.
  const module = await environment.runner.import(file);
  await module.run(args);
} finally {
  await environment.close();
}
