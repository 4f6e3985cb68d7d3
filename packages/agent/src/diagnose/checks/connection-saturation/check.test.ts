import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import {
  clientFor,
  createDatabase,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../../../../../../test/support/index.ts';
import { connectionSaturation } from './check.ts';

describe('diagnose/connection-saturation', () => {
  let server: TestServer;
  let db: TestDatabase;

  beforeAll(async () => {
    const settings = { max_connections: '16', reserved_connections: '3' };
    server = await startTestServer({ settings });
    db = await createDatabase(18, { serverUrl: server.connectionUrl() });
  });

  afterAll(async () => {
    await db.close();
    await server.close();
  });

  it('counts against what ordinary roles may use, and grades it', async () => {
    // 16 - 3 reserved for superusers - 3 reserved for a role = 10; the test and pgsteward take one each.
    const clients = Array.from({ length: 6 }, () => clientFor(db.url));
    for (const client of clients) await client.connect();
    const warned = await findingsOf(connectionSaturation, db);
    const more = [clientFor(db.url), clientFor(db.url)];
    for (const client of more) await client.connect();
    const grave = await findingsOf(connectionSaturation, db);
    for (const client of [...clients, ...more]) await client.end();
    expect(warned).toMatchObject([
      {
        id: 'diagnose/connection-saturation',
        severity: 'warning',
        subject: { kind: 'server', schema: '', name: 'server' },
        title: '8 of 10 connections are in use (80 %)',
        evidence: {
          usedCount: 8,
          availableCount: 10,
          reservedCount: 6,
          ownCount: 1,
          byDatabase: [`${db.name}: 8`],
        },
        threshold: { key: 'diagnose.connection-saturation.warning-ratio', value: 0.8 },
        remedy: expect.stringContaining('are idle'),
      },
    ]);
    expect(grave).toMatchObject([
      { severity: 'critical', threshold: { key: 'diagnose.connection-saturation.critical-ratio' } },
    ]);
  });

  it('is silent with connections to spare', async () => {
    expect(await findingsOf(connectionSaturation, db)).toEqual([]);
  });
});
