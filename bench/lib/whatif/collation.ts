import pg from 'pg';
import { quoteLiteral, silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import { openShadow } from '../../../packages/agent/src/whatif/index.ts';
import { shareOf } from './agreement.ts';
import { compareWithTruth, truthsOf } from './baseline.ts';
import { createExplainer, literal, planningConnection } from './explain.ts';
import { mirrorOf, type RealDatabase } from './real-database.ts';

/** How text is sorted in a database, and whether its shadow plans alike. */
export interface CollationResult {
  readonly name: string;
  readonly predicates: number;
  readonly identicalRatio: number;
  readonly gaps: readonly string[];
}

/** Ways of sorting that any PostgreSQL of the version can be asked for; the operating system may lack some. */
function collations(versionNumber: number): readonly (readonly [name: string, options: string])[] {
  const libc = versionNumber >= 150_000 ? 'locale_provider libc ' : '';
  return [
    ['libcC', `${libc}lc_collate 'C' lc_ctype 'C'`],
    ['libcCUtf8', `${libc}lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`],
    ['libcEnUs', `${libc}lc_collate 'en_US.UTF-8' lc_ctype 'en_US.UTF-8'`],
    ...(versionNumber < 150_000
      ? []
      : ([
          ['icuEnUs', `locale_provider icu icu_locale 'en-US'`],
          ['icuDePhonebook', `locale_provider icu icu_locale 'de-u-co-phonebk'`],
        ] as const)),
    ...(versionNumber < 170_000
      ? []
      : ([['builtinCUtf8', `locale_provider builtin builtin_locale 'C.UTF-8'`]] as const)),
  ];
}

const DATABASE = 'collated';

/** Compares plans of predicates on mixed-case texts, for each collation that the machine has. */
export async function measureCollations(database: RealDatabase): Promise<readonly CollationResult[]> {
  const results: CollationResult[] = [];
  for (const [name, options] of collations(database.versionNumber)) {
    await database.client.query(`drop database if exists ${DATABASE}`);
    const isMade = await database.client
      .query(`create database ${DATABASE} template template0 encoding 'UTF8' ${options}`)
      .then(
        () => true,
        () => false,
      );
    if (!isMade) continue;
    const url = new URL(database.url);
    url.pathname = `/${DATABASE}`;
    results.push({ name, ...(await compareTexts(url.href, database.versionNumber)) });
  }
  return results;
}

async function compareTexts(url: string, versionNumber: number): Promise<Omit<CollationResult, 'name'>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('select setseed(0.7)');
    await client.query('create table people (id int primary key, name text not null, code varchar(20))');
    await client.query(
      `insert into people select i, (array['', 'de ', 'Mc', 'O''', 'van-', 'é', 'Ä', 'ß'])[1 + floor(random() ^ 2 * 8)::int]
         || (array['anna', 'Bert', 'CARL', 'dörte', 'Émile', 'frank', 'Göran', 'hans_'])[1 + floor(random() * 8)::int] || substr(md5(i::text), 1, 4),
         upper(substr(md5(i::text), 1, 3)) || '-' || i % 900 from generate_series(1, 30000) i`,
    );
    await client.query('create index on people (name); create index on people (code, id)');
    await client.query('analyze people');
    const { rows } = await client.query<{ name: string; code: string }>(
      'select name, code from people where id % 431 = 7 order by id limit 65',
    );
    const statements = rows
      .flatMap(({ name, code }) => predicates(name, code))
      .map((where) => literal(`select * from people where ${where}`));
    const truths = await truthsOf(createExplainer(planningConnection(client), versionNumber), statements);
    const mirror = await mirrorOf(url);
    const shadow = await openShadow({ mirror, clock: systemClock, onProgress: silentProgress });
    try {
      const own = createExplainer({ run: (sql) => shadow.planner.run(sql) }, shadow.versionNumber);
      const pairs = await compareWithTruth(own, truths);
      return {
        predicates: pairs.length,
        identicalRatio: shareOf(pairs, (pair) => pair.isIdentical),
        gaps: shadow.gaps.map((gap) => gap.reason),
      };
    } finally {
      await shadow.close();
    }
  } finally {
    await client.end();
  }
}

function predicates(name: string, code: string): readonly string[] {
  const text = quoteLiteral(name);
  return [
    `name > ${text}`,
    `name < ${text}`,
    `code >= ${quoteLiteral(code)}`,
    `name between ${text} and ${text} || 'zz'`,
    `name like ${quoteLiteral(`${name.slice(0, 4)}%`)}`,
  ];
}
