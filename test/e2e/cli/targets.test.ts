import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, createRole, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { type CliOptions, type CliResult, expectError, runCli } from '../support/cli.ts';

/** Every part of its meaning for a URL: the password that people really have. */
const PASSWORD = 'p@ss:w/rd#%?& ü';

let db: TestDatabase;
let other: TestDatabase;
let user: string;
let directory: string;
let parts: URL;

beforeAll(async () => {
  await ensureBuilt();
  [db, other] = await Promise.all([createDatabase(), createDatabase()]);
  user = (await createRole(db, { memberOf: ['pg_monitor'] })).name;
  await db.query(`alter role ${user} password '${PASSWORD}'`);
  parts = new URL(db.url);
  directory = await temporaryDirectory();
}, 180_000);

afterAll(async () => {
  await db.close();
  await other.close();
});

function urlOf(database: string, password = ''): string {
  const secret = password === '' ? '' : `:${encodeURIComponent(password)}`;
  return `postgres://${user}${secret}@${parts.host}/${database}`;
}

/** Runs doctor and gives the database that it connected to. */
async function connectedTo(args: readonly string[], options: CliOptions = {}): Promise<string | undefined> {
  const result = await runCli(['doctor', '--json', ...args], options);
  expect(result.code, result.stderr).toBe(0);
  expectSecret(result);
  return /database (\S+)"/.exec(result.stdout)?.[1];
}

function expectSecret(result: CliResult): void {
  const all = result.stdout + result.stderr;
  expect(all).not.toContain(PASSWORD);
  expect(all).not.toContain(encodeURIComponent(PASSWORD));
}

async function configFile(text: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'pgsteward.toml');
  await writeFile(file, text);
  return file;
}

describe('the target comes from', () => {
  it('the URL on the command line', async () => {
    expect(await connectedTo([urlOf(db.name, PASSWORD)])).toBe(db.name);
  });

  it('the URL, with the password from PGPASSWORD', async () => {
    expect(await connectedTo([urlOf(db.name)], { env: { PGPASSWORD: PASSWORD } })).toBe(db.name);
  });

  it('--target, with a password from the environment', async () => {
    const config = await configFile(
      `[target.shop]\nurl = "postgres://${user}:\${SHOP_PASSWORD}@${parts.host}/${db.name}"\n`,
    );
    const env = { SHOP_PASSWORD: encodeURIComponent(PASSWORD) };
    expect(await connectedTo(['--config', config, '--target', 'shop'], { env })).toBe(db.name);
    const missing = await runCli(['doctor', '--config', config, '--target', 'shop']);
    expectError(missing, 'SETTINGS.MISSING_VARIABLE');
    expect(missing.stderr).toContain('SHOP_PASSWORD');
    const unknown = await runCli(['doctor', '--config', config, '--target', 'shpo'], { env });
    expectError(unknown, 'POSTGRES.UNKNOWN_TARGET');
    expect(unknown.stderr).toContain('Known: shop');
    expectSecret(unknown);
  });

  it('pgsteward.toml in the working directory', async () => {
    await writeFile(join(directory, 'pgsteward.toml'), `[target.here]\nurl = "${urlOf(db.name)}"\n`);
    const options = { cwd: directory, env: { PGPASSWORD: PASSWORD } };
    expect(await connectedTo(['--target', 'here'], options)).toBe(db.name);
  });

  it('DATABASE_URL', async () => {
    const env = { DATABASE_URL: urlOf(db.name, PASSWORD) };
    expect(await connectedTo([], { env })).toBe(db.name);
  });

  it('the libpq variables', async () => {
    const env = {
      PGHOST: parts.hostname,
      PGPORT: parts.port,
      PGUSER: user,
      PGDATABASE: db.name,
      PGPASSWORD: PASSWORD,
    };
    expect(await connectedTo([], { env })).toBe(db.name);
  });

  it('the password file', async () => {
    const file = join(await temporaryDirectory(), 'pgpass');
    const escaped = PASSWORD.replace(/[\\:]/g, (character) => `\\${character}`);
    await writeFile(file, `${parts.hostname}:${parts.port}:*:${user}:${escaped}\n`, { mode: 0o600 });
    expect(await connectedTo([urlOf(db.name)], { env: { PGPASSFILE: file } })).toBe(db.name);
    const home = await temporaryDirectory();
    await writeFile(join(home, '.pgpass'), `*:*:*:*:${escaped}\n`, { mode: 0o600 });
    expect(await connectedTo([urlOf(db.name)], { env: { HOME: home } })).toBe(db.name);
  });
});

describe('the strongest source wins', () => {
  it('URL over --target over DATABASE_URL over the libpq variables', async () => {
    const config = await configFile(`[target.t]\nurl = "${urlOf(db.name)}"\n`);
    const away = { PGHOST: '127.0.0.1', PGPORT: '1', PGDATABASE: 'nowhere', PGPASSWORD: PASSWORD };
    const named = ['--config', config, '--target', 't'];
    const env = { ...away, DATABASE_URL: urlOf(other.name) };
    expect(await connectedTo([urlOf(other.name), ...named], { env: away })).toBe(other.name);
    expect(await connectedTo(named, { env })).toBe(db.name);
    expect(await connectedTo([], { env })).toBe(other.name);
  });

  it('and without any there is one error', async () => {
    expectError(await runCli(['audit']), 'POSTGRES.NO_TARGET');
  });
});

describe('config --origin', () => {
  const key = 'diagnose.slow-query.mean-ms';

  async function origin(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const result = await runCli(['config', key, '--origin', '--json', ...args], { env });
    expect(result.code, result.stderr).toBe(0);
    const [row] = JSON.parse(result.stdout) as readonly {
      readonly value: number;
      readonly origin: unknown;
    }[];
    return { value: row?.value, origin: row?.origin };
  }

  it('shows default < file < environment < --set', async () => {
    const config = await configFile('[diagnose.slow-query]\nmean-ms = 700\n');
    const file = ['--config', config];
    const env = { PGSTEWARD_DIAGNOSE_SLOW_QUERY_MEAN_MS: '600' };
    expect(await origin([])).toMatchObject({ value: 1000, origin: { kind: 'default' } });
    expect(await origin(file)).toMatchObject({ value: 700, origin: { kind: 'file' } });
    expect(await origin(file, env)).toMatchObject({ value: 600, origin: { kind: 'environment' } });
    const set = ['--set', `${key}=500`];
    expect(await origin([...file, ...set], env)).toMatchObject({ value: 500, origin: { kind: 'flag' } });
  });

  it('shows no secret, and where it came from', async () => {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cret' };
    const config = await configFile(
      '[http]\nviewer-token = "s3cret"\n[store]\nurl = "postgres://u:s3cret@h/d"\n',
    );
    const shown = await Promise.all(
      [['--json'], ['--origin'], []].map((args) => runCli(['config', '--config', config, ...args], { env })),
    );
    for (const { code, stdout, stderr } of shown) {
      expect(code, stderr).toBe(0);
      expect(stdout + stderr).not.toContain('s3cret');
    }
    const rows = JSON.parse(shown[0]?.stdout ?? '') as readonly Readonly<Record<string, unknown>>[];
    expect(rows.find((row) => row['key'] === 'otlp.headers')).toMatchObject({
      value: '(set, not shown)',
      origin: { kind: 'environment', name: 'OTEL_EXPORTER_OTLP_HEADERS' },
    });
    expect(rows.find((row) => row['key'] === 'http.operator-token')).toMatchObject({ value: '' });
  });

  it('names the file in the text', async () => {
    const config = await configFile('[diagnose.slow-query]\nmean-ms = 700\n');
    const { code, stdout } = await runCli(['config', key, '--origin', '--config', config]);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, '')).toContain(config);
  });

  it.each([
    [
      ['--set', 'diagnose.slow-qery.mean-ms=5'],
      'SETTINGS.UNKNOWN_KEY',
      'Did you mean "diagnose.slow-query.mean-ms"',
    ],
    [['--set', 'diagnose.slow-query.mean-ms=fast'], 'SETTINGS.INVALID_VALUE', 'fast'],
    [['--set', 'observe.interval-ms=-1'], 'SETTINGS.INVALID_VALUE', '-1'],
    [['--config', '/no/such/file.toml'], 'SETTINGS.FILE_UNREADABLE', '/no/such/file.toml'],
  ])('refuses %j', async (args, code, message) => {
    const result = await runCli(['config', ...args]);
    expectError(result, code);
    expect(result.stderr).toContain(message);
  });

  it('refuses a file that is no TOML without showing a password of it', async () => {
    const config = await configFile(`[target.t]\nurl = "postgres://u:${encodeURIComponent(PASSWORD)}@h/d\n`);
    const result = await runCli(['config', '--config', config]);
    expectError(result, 'SETTINGS.FILE_INVALID');
    expectSecret(result);
  });
});
