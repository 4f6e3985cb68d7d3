import { describe, expect, it } from 'vitest';
import { diagnoseWith } from '../../../../../../test/support/check.ts';
import { createDatabase, startTestServer, withDatabase } from '../../../../../../test/support/index.ts';
import { statementsEvicted } from './check.ts';

describe('diagnose/statements-evicted', () => {
  it('finds a server that meets more statements than pg_stat_statements holds', async () => {
    const server = await startTestServer({ settings: { 'pg_stat_statements.max': '100' } });
    try {
      const options = { serverUrl: server.connectionUrl(), extensions: ['pg_stat_statements'] };
      const db = await createDatabase(18, options);
      const before = await diagnoseWith(statementsEvicted, db);
      for (let i = 0; i < 150; i += 1) await db.query(`select ${'1, '.repeat(i)}2`);
      const { findings } = await diagnoseWith(statementsEvicted, db);
      await db.close();
      expect(before.findings).toEqual([]);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/statements-evicted',
          severity: 'warning',
          subject: { kind: 'setting', name: 'pg_stat_statements.max' },
          evidence: { maximumEntriesCount: 100 },
          remedy: expect.stringContaining('pg_stat_statements.max = 200'),
        },
      ]);
    } finally {
      await server.close();
    }
  });

  it('is silent where everything fits, and says what is missing without the extension', async () => {
    // A server of its own: the shared one has seen the statements of every other test.
    const server = await startTestServer({});
    try {
      const options = { serverUrl: server.connectionUrl(), extensions: ['pg_stat_statements'] };
      const db = await createDatabase(18, options);
      expect(await diagnoseWith(statementsEvicted, db)).toEqual({ findings: [], unavailable: [] });
      await db.close();
    } finally {
      await server.close();
    }
    await withDatabase(async (db) => {
      expect(await diagnoseWith(statementsEvicted, db)).toMatchObject({
        findings: [],
        unavailable: [{ id: 'diagnose/statements-evicted' }],
      });
    });
  });
});
