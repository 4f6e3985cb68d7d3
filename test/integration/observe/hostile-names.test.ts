import { existsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoteIdentifier, quoteLiteral } from '../../../packages/agent/src/kernel/index.ts';
import { OBSERVE_SETTINGS, type Snapshot } from '../../../packages/agent/src/observe/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import {
  availableMajors,
  clientFor,
  createDatabase,
  startTestServer,
  type TestDatabase,
  withDatabase,
} from '../../support/index.ts';

const settings = settingsWith(Object.values(OBSERVE_SETTINGS), {});

/** Parts that a primary or a server before 16 does not have. */
const PARTS_OF_SOME: readonly string[] = ['standby', 'io', 'bufferCache'];

/** Each at most 63 bytes, PostgreSQL's limit. */
const NAMES: readonly string[] = [
  'a;b',
  `it's "quoted"`,
  `${'é'.repeat(31)}x`,
  'two\nlines\tand a tab',
  'back\\slash \\n \\\\',
  '$1 $$ $x$',
  '100% %s %I {extension}',
  'MixedCase',
  'select',
  '/* comment */ -- and -- */',
  ' ',
  '表\u202e😀',
];

/** Takes a snapshot that must be whole. */
async function snapshotOf(url: string, gaps: readonly string[] = []): Promise<Snapshot> {
  const { snapshot } = await observe(url, settings);
  const missing = Object.entries(snapshot.sections)
    .filter(([name, section]) => section.status !== 'ok' && !PARTS_OF_SOME.includes(name))
    .map(([name, section]) => `${name}: ${section.status === 'ok' ? '' : section.reason}`);
  expect(missing).toEqual([]);
  expect(snapshot.gaps.map((gap) => gap.id)).toEqual(gaps);
  return snapshot;
}

async function createHostile(db: TestDatabase, name: string): Promise<void> {
  const q = quoteIdentifier(name);
  await db.query(`
    create schema ${q};
    create table ${q}.${q} (${q} serial, other_id int default 1, note text, primary key (${q}));
    insert into ${q}.${q} (note) select ${quoteLiteral(name)} from generate_series(1, 300);
    create index on ${q}.${q} (lower(note), ${q}) where note <> ${quoteLiteral(name)};
    create table ${q}.other (id int primary key, ${q} int references ${q}.${q});
    alter table ${q}.other add constraint "fk ${name.slice(0, 5).replaceAll('"', '""')}"
      foreign key (id) references ${q}.${q} not valid;
    create sequence ${q}.${quoteIdentifier(`${name.slice(0, 8)}_s`)};
    create table ${q}.parts (at date, ${q} int) partition by range (at);
    create table ${q}.parts_1 partition of ${q}.parts for values from ('2024-01-01') to ('2025-01-01');
    create materialized view ${q}.summary as select count(*) as ${q} from ${q}.${q};
    analyze ${q}.${q};`);
}

describe.each([...availableMajors()])('hostile names on PostgreSQL %i', (major) => {
  it('of every kind of object are read as they are', async () => {
    const server = { major, extensions: ['pg_stat_statements'], name: `db;"${major}"\n$1\\%` };
    await withDatabase(async (db) => {
      for (const name of NAMES) await createHostile(db, name);
      const client = clientFor(db.url);
      await client.connect();
      await client.query(`set application_name = 'x"; drop table y; --'`);
      const { sections, server: target } = await snapshotOf(db.url);
      await client.end();
      expect(target.database).toBe(db.name);
      const tables = sections.tables.status === 'ok' ? sections.tables.data : [];
      const indexes = sections.indexes.status === 'ok' ? sections.indexes.data : [];
      const columns = sections.columns.status === 'ok' ? sections.columns.data.columns : [];
      const sequences = sections.sequences.status === 'ok' ? sections.sequences.data : [];
      for (const name of NAMES) {
        expect(
          tables.some((row) => row.schema === name && row.name === name),
          name,
        ).toBe(true);
        expect(
          indexes.some((row) => row.tableName === name && row.columns[0] === name),
          name,
        ).toBe(true);
        expect(
          columns.some((row) => row.tableName === name && row.name === name),
          name,
        ).toBe(true);
        const filled = sequences.find((row) => row.tableSchema === name && row.columnName === name);
        expect(filled, name).toMatchObject({ columnMaximum: 300, columnMaximumGap: null });
      }
      const samples = sections.orphanSamples.status === 'ok' ? sections.orphanSamples.data : null;
      expect(samples?.gaps).toEqual([]);
      expect(samples?.samples.length).toBeGreaterThanOrEqual(NAMES.length);
    }, server);
  });

  it('strange shapes: no columns, 1,600 columns, temporary, unlogged, views, domains, no rows', async () => {
    await withDatabase(
      async (db) => {
        const many = Array.from({ length: 1600 }, (_, index) => `c${index} bool`).join(', ');
        await db.query(`
        create table nothing (); insert into nothing default values;
        create table wide (${many}); insert into wide default values;
        create temporary table mine (id serial primary key); insert into mine default values;
        create unlogged table loose (id int primary key);
        create view seen as select 1 as x;
        create domain posint as int check (value > 0);
        create table typed (p posint, a int[], r int4range, e xid, primary key (p));
        create table inherits_it () inherits (typed);
        create extension pg_trgm;
        alter table typed alter column p set (n_distinct = -0.5);
        insert into typed select i from generate_series(1, 100) i;
        analyze`);
        const { sections } = await snapshotOf(db.url);
        const tables = sections.tables.status === 'ok' ? sections.tables.data.map((row) => row.name) : [];
        expect(tables.toSorted()).toEqual(['inherits_it', 'loose', 'nothing', 'typed', 'wide']);
        const columns = sections.columns.status === 'ok' ? sections.columns.data.columns : [];
        expect(columns.filter((row) => row.tableName === 'wide')).toHaveLength(1600);
        const typed = columns.find((row) => row.tableName === 'typed' && row.name === 'p');
        expect(typed?.distinctValues).toBeLessThan(0);
      },
      { major, extensions: ['pg_stat_statements'] },
    );
  });

  it('an empty database, and a statement of 1 MB', async () => {
    await withDatabase(
      async (db) => {
        const empty = await snapshotOf(db.url);
        expect(empty.sections.tables).toMatchObject({ data: [] });
        await db.query(`select 1 as big /* ${'ü'.repeat(500_000)} */`);
        const { sections } = await snapshotOf(db.url);
        const statements = sections.statements.status === 'ok' ? sections.statements.data : [];
        const big = statements.find((row) => row.query?.includes('as big') === true);
        expect(big?.query).toHaveLength(4_000);
        expect(big?.queryLength).toBeGreaterThan(500_000);
      },
      { major, extensions: ['pg_stat_statements'] },
    );
  });
});

describe('texts that cannot be read', () => {
  it('a lost file of statement texts leaves the counters', async () => {
    const server = await startTestServer();
    try {
      await withDatabase(
        async (db) => {
          await db.query('select 42 as answer');
          const file = join(server.dataDirectory, 'pg_stat_tmp', 'pgss_query_texts.stat');
          expect(existsSync(file)).toBe(true);
          truncateSync(file);
          const { sections } = await snapshotOf(db.url, ['observe/statement-texts']);
          const statements = sections.statements.status === 'ok' ? sections.statements.data : [];
          expect(statements.filter((row) => row.query === null).length).toBeGreaterThan(0);
        },
        { serverUrl: server.connectionUrl(), extensions: ['pg_stat_statements'] },
      );
    } finally {
      await server.close();
    }
  });

  it('a session in a database of another encoding', async () => {
    await withDatabase(
      async (db) => {
        await db.query(`create database "latin_${db.name}" template template0 encoding 'LATIN1' locale 'C'`);
        const url = new URL(db.url);
        url.pathname = `/latin_${db.name}`;
        const other = clientFor(url.href);
        await other.connect();
        await other.query(`select '${'é'.repeat(300)}' as x`);
        await snapshotOf(db.url);
        await other.query('create extension pg_stat_statements');
        await observe(url.href, settings).then(({ snapshot }) => {
          expect(snapshot.sections.statements.status).toBe('ok');
          expect(snapshot.sections.activity.status).toBe('ok');
        });
        await other.end();
        await db.query(`drop database "latin_${db.name}"`);
      },
      { extensions: ['pg_stat_statements'] },
    );
  });
});

describe('quoting', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase();
  });
  afterAll(() => db.close());

  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 15 })
    .filter((value) => !/[\0\ud800-\udfff]/u.test(value));

  it.each(['on', 'off'])('round-trips every text with standard_conforming_strings = %s', async (strings) => {
    await db.query(`set standard_conforming_strings = ${strings}; set escape_string_warning = off`);
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const [row] = await db.query(`select ${quoteLiteral(value)} as ${quoteIdentifier(value)}`);
        expect(row).toEqual({ [value]: value });
      }),
      { numRuns: 300 },
    );
    await db.query('reset standard_conforming_strings');
  });
});
