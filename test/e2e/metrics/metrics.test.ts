import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, settingDefinitions, startService } from '../../../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { resolveSettings } from '../../../packages/agent/src/settings/index.ts';
import { type HttpServer, startHttpServer } from '../../../packages/agent/src/surfaces/http/index.ts';
import { createDatabase, type TestDatabase, temporaryDirectory } from '../../support/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { ensureBuilt } from '../support/build.ts';

const WEIRD = 'odd "name" \\ with\nbreaks';

/** Names that only newer exporters than Debian's give; from their source. */
const NEWER =
  /^pg_(stat_statements_|stat_user_tables_|stat_bgwriter_|replication_is_replica|replication_slot_|postmaster_start_time|stat_replication_)/;

/** A free port below those that the system gives out. */
const port = (): number => 20_000 + Math.floor(Math.random() * 10_000);

describe.sequential('/metrics', () => {
  let target: TestDatabase;
  let home: TestDatabase;
  let redis: TestRedis;
  let service: Service;
  let http: HttpServer;

  beforeAll(async () => {
    await ensureBuilt();
    home = await createDatabase();
    target = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    await target.query(`create table "${WEIRD.replaceAll('"', '""')}" (id int)`);
    await target.query('select 1');
    redis = await startRedis();
    const given = {
      'store.url': home.url,
      'http.port': 0,
      'watch.counters-every-ms': 1_000,
      'cache.redis-url': redis.url,
    };
    const flags = new Map(Object.entries(given).map(([key, value]) => [key, { option: '--set', value }]));
    service = await startService({
      targets: [unwrap(parseTarget(target.url, {}, 'shop'))],
      settings: unwrap(resolveSettings(settingDefinitions, { flags })),
      environment: {},
      version: '0.0.0',
      clock: systemClock,
      onProgress: silentProgress,
      log: () => undefined,
      signal: new AbortController().signal,
    });
    http = await startHttpServer(service);
    for (let tries = 0; tries < 200 && service.watchers[0]?.connection.state !== 'connected'; tries += 1) {
      await sleep(100);
    }
  }, 180_000);

  afterAll(async () => {
    await http.close();
    await service.close();
    await redis.close();
    await target.close();
    await home.close();
  });

  const scrape = async () => (await fetch(`${http.url}/metrics`)).text();

  it('is free of what promtool complains about, whatever tables are called', async () => {
    const text = await scrape();
    expect(text).toContain('pg_up{target="shop"} 1');
    expect(text).toContain('redis_up{target="shop"} 1');
    expect(text).toContain('relname="odd \\"name\\" \\\\ with\\nbreaks"');
    const lint = spawnSync('/usr/bin/promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(lint.stdout + lint.stderr).toBe('');
    expect(lint.status).toBe(0);
  });

  it('is scraped by a real Prometheus', async () => {
    const directory = await temporaryDirectory();
    const listen = `127.0.0.1:${port()}`;
    const config = join(directory, 'prometheus.yml');
    const { host } = new URL(http.url);
    await writeFile(
      config,
      `scrape_configs:\n  - job_name: pg\n    scrape_interval: 1s\n    static_configs: [{ targets: ['${host}'] }]\n`,
    );
    const prometheus = spawn('/usr/bin/prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${listen}`,
    ]);
    try {
      const value = async (query: string): Promise<string | undefined> => {
        const response = await fetch(
          `http://${listen}/api/v1/query?query=${encodeURIComponent(query)}`,
        ).catch(() => null);
        const body = (await response?.json()) as
          | { readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] } }
          | undefined;
        return body?.data.result[0]?.value[1];
      };
      await expect.poll(() => value('pg_up{target="shop"}'), { timeout: 30_000 }).toBe('1');
      expect(Number(await value('sum(pg_stat_statements_calls_total)'))).toBeGreaterThan(0);
      expect(Number(await value('pg_stat_database_xact_commit'))).toBeGreaterThan(0);
    } finally {
      prometheus.kill('SIGTERM');
      await new Promise((resolve) => prometheus.once('close', resolve));
    }
  });

  it('names things as postgres_exporter does', async () => {
    const listen = `127.0.0.1:${port()}`;
    const exporter = spawn('/usr/bin/prometheus-postgres-exporter', ['--web.listen-address', listen], {
      env: { DATA_SOURCE_NAME: `${target.url}?sslmode=disable` },
      stdio: 'ignore',
    });
    try {
      const names = (text: string): readonly string[] => [
        ...new Set([...text.matchAll(/^(pg_\w+?)(?:\{| )/gm)].map((match) => match[1] ?? '')),
      ];
      let theirs: readonly string[] = [];
      await expect
        .poll(
          async () => {
            const response = await fetch(`http://${listen}/metrics`).catch(() => null);
            theirs = names((await response?.text()) ?? '');
            return theirs.length;
          },
          { timeout: 30_000 },
        )
        .toBeGreaterThan(20);
      const own = names(await scrape()).filter((name) => !NEWER.test(name));
      expect(own.length).toBeGreaterThan(20);
      expect(own.filter((name) => !theirs.includes(name))).toEqual([]);
    } finally {
      exporter.kill('SIGTERM');
      await new Promise((resolve) => exporter.once('close', resolve));
    }
  });
});
