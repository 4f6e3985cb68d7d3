import { setTimeout as sleep } from 'node:timers/promises';
import {
  clientFor,
  createDatabase,
  createRole,
  startTestServer,
  type TestDatabase,
} from '../../support/index.ts';
import { type Dashboard, startDashboard } from './start-dashboard.ts';

/** Open all day. */
const NIGHTLY = '0 2 * * * for 24h';
/** An index that says what another one says. */
export const TWIN = 'orders_customer_again';

/** A shop with a duplicate index, an application that uses it, and a daemon that may act on it. */
export interface Shop {
  readonly dashboard: Dashboard;
  readonly target: TestDatabase;
  close(): Promise<void>;
}

/** Starts it. */
export async function startShop(): Promise<Shop> {
  const server = await startTestServer({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  const home = await createDatabase();
  const target = await createDatabase(18, {
    serverUrl: server.connectionUrl(),
    extensions: ['pg_stat_statements'],
  });
  const owner = await createRole(target, { grants: ['create on schema public'] });
  const acting = await createRole(target, { memberOf: ['pg_monitor', owner.name] });
  await target.query(`
    create table orders (id int primary key, customer int, note text);
    insert into orders select g, g % 500, repeat('x', 40) from generate_series(1, 30000) g;
    create index orders_customer on orders (customer);
    create index ${TWIN} on orders (customer);
    alter table orders owner to ${owner.name};
    create table journal (id bigint generated always as identity primary key, words text);
    alter table journal owner to ${owner.name};
    create table page (id int primary key, seen int);
    insert into page select g, g % 500 from generate_series(1, 30000) g;
    create index page_seen on page (seen);
    alter table page owner to ${owner.name};
    create table stock (id int primary key, price int);
    insert into stock select g, g from generate_series(1, 1000) g;
    analyze`);
  const urls = { target: target.url, store: home.url, acting: acting.url };
  const dashboard = await startDashboard(urls, {
    'http.viewer-token': 'look',
    'http.operator-token': 'act',
    'advise.indexes.audit-time-limit-ms': 0,
    'act.every-ms': 300,
    'act.verdict.verify-ms': 10_000,
    'act.windows': NIGHTLY,
    'diagnose.duplicate-index.minimum-bytes': 0,
  });
  const stop = runApplication(target.url);
  return {
    dashboard,
    target,
    async close() {
      await stop();
      await dashboard.close();
      await target.close();
      await server.close();
      await home.close();
    },
  };
}

/** Sixty words, other ones each time. */
function words(count: number): string {
  return Array.from({ length: 60 }, (_, place) =>
    ((count * 7_919 + place * 104_729) % 1_000_003).toString(36),
  ).join(' ');
}

/** Runs statements with the table and beside it, until it is stopped. */
function runApplication(url: string): () => Promise<void> {
  let isRunning = true;
  const run = async (): Promise<void> => {
    const client = clientFor(url);
    await client.connect();
    for (let count = 1; isRunning; count += 1) {
      await client.query('select count(*) from orders where customer = 7');
      await client.query('update orders set note = note where id = 11');
      await client.query('select price from stock where id = 3');
      await client.query('select max(price) from stock');
      await client.query('select count(*) from stock');
      await client.query('select count(*) from page where seen = 7');
      await client.query('insert into journal (words) values ($1)', [words(count)]);
      await sleep(5);
    }
    await client.end();
  };
  const done = run();
  return async () => {
    isRunning = false;
    await done;
  };
}
