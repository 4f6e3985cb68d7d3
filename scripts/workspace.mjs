/**
 * What the set-up scripts share: where the workspace is, how to run a command, and what is out of date.
 * Plain Node without dependencies, since it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the workspace. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Says something to the person who waits; stdout stays free for results. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs a command in the workspace and gives its exit code.
 * @param {string} command program, found on PATH
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv, stdout?: 'inherit' | 'stderr' }} options
 */
export function run(command, args, options = {}) {
  const output = options.stdout === 'inherit' ? 'inherit' : 2;
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', options.quiet ? 'pipe' : output, options.quiet ? 'pipe' : 'inherit'],
    encoding: 'utf8',
  });
  if (result.error !== undefined) say(`${command}: ${result.error.message}`);
  const code = result.status ?? 1;
  if (code !== 0 && options.quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  return code;
}

/** Runs a step that must succeed, and ends this process when it does not. */
export function must(what, command, args, options = {}) {
  const startMs = performance.now();
  say(`${what} …`);
  const code = run(command, args, options);
  if (code !== 0) {
    say(`${what} failed: ${command} ${args.join(' ')} (exit ${code})`);
    process.exit(code);
  }
  say(`${what}: ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
}

/** Installs the npm packages when they are missing or older than the lockfile. */
export function installPackages() {
  // A second worktree may borrow the packages of the first: npm would empty what the link points to.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const marker = join(root, 'node_modules', '.package-lock.json');
  if (modifiedMs(marker) >= modifiedMs(join(root, 'package-lock.json'))) return;
  must('installing npm packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    quiet: true,
  });
  // The newer Node among the packages is run by its path: `npm run` would take it for the one that the developer chose.
  rmSync(join(root, 'node_modules/.bin/node'), { force: true });
}

/** Compiles the packages when a source is newer than what was compiled. */
export function build() {
  const built = Math.min(
    modifiedMs(join(root, 'packages/agent/dist/.tsbuildinfo')),
    modifiedMs(join(root, 'packages/cache/dist/.tsbuildinfo')),
    modifiedMs(join(root, 'examples/market-research/dist/.tsbuildinfo')),
  );
  const sources = [
    'packages/agent/src',
    'packages/cache/src',
    'examples/market-research/src',
    'tsconfig.base.json',
  ];
  if (sources.some((source) => newestMs(join(root, source)) > built)) {
    must('building', 'npx', ['tsc', '--build'], { quiet: true });
  }
  buildPages();
}

/** Builds the dashboard's pages into the agent when one of their sources is newer. */
function buildPages() {
  const built = modifiedMs(join(root, 'packages/agent/pages/index.html'));
  const sources = [
    'packages/dashboard/src',
    'packages/dashboard/index.html',
    'packages/dashboard/vite.config.ts',
  ];
  if (sources.every((source) => newestMs(join(root, source)) <= built)) return;
  must('building the dashboard', 'npx', ['vite', 'build', 'packages/dashboard', '--logLevel', 'warn'], {
    quiet: true,
  });
}

function modifiedMs(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function newestMs(path) {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(own.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
