import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import { type Mirror, readMirror } from '../../../packages/agent/src/whatif/index.ts';
import { availableMajors, createDatabase, type TestDatabase, withDatabase } from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';
import { RICH_ROWS, RICH_SCHEMA, readCatalogue } from './mirror-schema.ts';

async function mirrorOf(url: string, isRedacted = false): Promise<Mirror> {
  const session = await openTestSession(url);
  try {
    return await readMirror(session, { clock: systemClock, onProgress: silentProgress, isRedacted });
  } finally {
    await session.close();
  }
}

describe.each([...availableMajors()])('a mirror of PostgreSQL %i', (major) => {
  let db: TestDatabase;
  let mirror: Mirror;

  beforeAll(async () => {
    db = await createDatabase(major);
    await db.query(RICH_SCHEMA);
    await db.query(RICH_ROWS);
    mirror = await mirrorOf(db.url);
  });

  afterAll(() => db.close());

  it('has no gap that the schema does not explain', () => {
    const gaps = mirror.gaps.map(({ id, reason }) => `${id}: ${reason}`);
    expect(gaps).toEqual([]);
  });

  it('makes the same schema of an empty database, each statement at the first try', async () => {
    await withDatabase(
      async (copy) => {
        await copy.query('set check_function_bodies = off; set search_path = pg_catalog');
        for (const { sql } of mirror.ddl) {
          await copy.query(sql).catch((error: unknown) => {
            throw new Error(`${String(error)} in ${sql}`);
          });
        }
        const [made, wanted] = [await readCatalogue(copy), await readCatalogue(db)];
        for (const [part, rows] of Object.entries(wanted)) {
          expect(rows.length, part).toBeGreaterThan(0);
          expect(made[part], part).toEqual(rows);
        }
      },
      { major },
    );
  });
});
