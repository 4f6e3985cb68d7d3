/**
 * `npm run check`: every gate in order, stopping at the first that fails with the command that mends it.
 * Ends with the plain line `N passed, N failed`: tests, and each gate as one.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build, installPackages, root, run, say } from './workspace.mjs';

const GATES = [
  { key: 'format', name: 'format', command: ['npx', 'biome', 'format', '.'], mend: 'npm run format' },
  {
    key: 'lint',
    name: 'lint',
    command: ['npx', 'biome', 'ci', '--formatter-enabled=false', '.'],
    mend: 'npm run format, then the errors above',
  },
  {
    key: 'types',
    name: 'types',
    command: ['npx', 'tsc', '-p', 'tsconfig.checks.json'],
    mend: 'the errors above',
  },
  {
    key: 'types',
    name: 'types of the dashboard',
    command: ['npx', 'tsc', '-p', 'packages/dashboard'],
    mend: 'the errors above',
  },
  {
    key: 'arch',
    name: 'import direction',
    command: ['npx', 'vitest', 'run', 'test/architecture/architecture.test.ts'],
    env: { PGSTEWARD_TEST_MAJORS: '18' },
    mend: 'import what architecture.json allows, through index.ts',
  },
  { key: 'unused', name: 'unused code', command: ['npx', 'knip'], mend: 'remove what is not used' },
  {
    key: 'docs',
    name: 'documented exports',
    command: ['npx', 'typedoc'],
    mend: 'write the missing docstrings',
  },
  {
    key: 'docs',
    name: 'generated docs',
    command: ['node', 'scripts/gen-reference.mjs', '--check'],
    mend: 'npm run docs',
  },
];

/**
 * Runs the gates; gives how many passed, and ends at the first failure.
 * @param {string} [only] key of the gates to run; all by default
 */
export function runGates(only) {
  installPackages();
  build();
  const gates = GATES.filter(({ key }) => only === undefined || key === only);
  if (gates.length === 0) {
    say(`no such gate: ${only}; there are ${[...new Set(GATES.map(({ key }) => key))].join(', ')}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  let passed = 0;
  for (const gate of gates) {
    const startMs = performance.now();
    const [command, ...args] = gate.command;
    if (run(command, args, { quiet: true, env: gate.env }) !== 0) {
      say(`✗ ${gate.name}: mend it with: ${gate.mend}`);
      return { passed, failed: 1, skipped: 0 };
    }
    passed += 1;
    say(`✓ ${gate.name} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
  }
  return { passed, failed: 0, skipped: 0 };
}

/**
 * Runs the tests on one Node.
 * @param {{ node?: string, filters?: readonly string[], env?: NodeJS.ProcessEnv }} options
 */
export function runTests(options = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-report-'));
  const file = join(directory, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile=${file}`];
  const code = run(options.node ?? process.execPath, [...args, ...(options.filters ?? [])], {
    env: { NO_COLOR: '1', ...options.env },
  });
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const failedFiles = report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? 1 : 0;
    const failed = report.numFailedTests + failedFiles;
    return {
      passed: report.numPassedTests,
      failed: code !== 0 && failed === 0 ? 1 : failed,
      failures: failuresOf(report),
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Names what failed, to be said last: the end of a long output is what remains of it.
 * @param {{ testResults: { name: string, status: string, message: string, assertionResults: { fullName: string, status: string, failureMessages: string[] }[] }[] }} report
 */
function failuresOf(report) {
  const files = report.testResults.filter(({ status }) => status === 'failed');
  return files.flatMap((file) => {
    const tests = file.assertionResults.filter(({ status }) => status === 'failed');
    const where = relative(root, file.name);
    if (tests.length === 0) return [`✗ ${where}: ${file.message.split('\n')[0]}`];
    return tests.map(
      ({ fullName, failureMessages }) =>
        `✗ ${where}: ${fullName}: ${failureMessages[0]?.split('\n')[0] ?? ''}`,
    );
  });
}

/** Adds results, names what failed and prints the closing line; gives the exit code. */
export function close(...results) {
  for (const failure of results.flatMap(({ failures = [] }) => failures)) say(failure);
  const sum = (name) => results.reduce((total, result) => total + result[name], 0);
  const skipped = sum('skipped');
  process.stdout.write(
    `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  );
  return sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

if (process.argv[1] === join(root, 'scripts/check.mjs')) {
  const only = process.argv[2];
  const gates = runGates(only);
  process.exitCode = close(gates, ...(gates.failed > 0 || only !== undefined ? [] : [runTests()]));
}
