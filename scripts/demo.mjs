/** `npm run demo`: from a fresh clone to findings, with nothing else to install. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, installPackages, root } from './workspace.mjs';

installPackages();
build();
const program = join(root, 'packages/agent/bin/pgsteward.js');
const child = spawn(process.execPath, [program, 'demo', ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl-C reaches the child by itself; this process only waits for it to clean up.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 3)));
