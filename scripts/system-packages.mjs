/**
 * The Debian packages that tests and benchmarks run beside npm's: real peers and real poolers. Installed
 * through apt when this is Debian and the user is root; named with their reason otherwise.
 */
import { existsSync } from 'node:fs';
import { run, say } from './workspace.mjs';

/** What is needed, the file that proves it is there, and why. */
const PACKAGES = [
  { name: 'pgbouncer', file: '/usr/sbin/pgbouncer', why: 'audits through a pooler in transaction mode' },
  { name: 'redis-server', file: '/usr/bin/redis-server', why: 'the tests of the cache before the database' },
  { name: 'prometheus', file: '/usr/bin/promtool', why: 'the tests of /metrics' },
  {
    name: 'prometheus-alertmanager',
    file: '/usr/bin/prometheus-alertmanager',
    why: 'the tests of alerts',
  },
  {
    name: 'prometheus-postgres-exporter',
    file: '/usr/bin/prometheus-postgres-exporter',
    why: 'the names of /metrics, and the peer of bench/overhead',
  },
  { name: 'chromium', file: '/usr/bin/chromium', why: 'the tests of the dashboard' },
  { name: 'pgbadger', file: '/usr/bin/pgbadger', why: 'the peer of bench/audit-exam' },
];

/** Installs what is missing, or says what to install: the tests that need it fail by themselves. */
export function installSystemPackages() {
  const missing = PACKAGES.filter((candidate) => !existsSync(candidate.file));
  if (missing.length === 0) return;
  const names = missing.map((candidate) => candidate.name);
  const mayInstall = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (mayInstall && install(names)) return;
  for (const { name, why } of missing) say(`missing: ${name} (${why})`);
  say(`run as root: apt-get install ${names.join(' ')}`);
}

function install(names) {
  say(`installing Debian packages: ${names.join(', ')} …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if (run('apt-get', ['update', '-qq'], { quiet: true, env }) !== 0) return false;
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...names];
  return run('apt-get', args, { quiet: true, env }) === 0;
}
