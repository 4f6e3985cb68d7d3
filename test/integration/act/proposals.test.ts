import {
  createMarketResearch,
  plantSessions,
  recommendedServerSettings,
  runWorkload,
} from '@pgsteward/market-research';
import { expect, it } from 'vitest';
import { admit, readChange } from '../../../packages/agent/src/act/index.ts';
import { matviewProposals } from '../../../packages/agent/src/advise/index.ts';
import { runAudit, runIndexes } from '../../../packages/agent/src/app/index.ts';
import { extendedStatisticsSql } from '../../../packages/agent/src/diagnose/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { createDatabase, startTestServer } from '../../support/index.ts';
import { actSettings } from './acting.ts';

/** Proposals of kinds that no executor carries out, and why. None so far. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map();

const SETTINGS = {
  'observe.interval-ms': 0,
  'diagnose.blocking-chain.critical-ms': 0,
  'diagnose.unused-index.minimum-bytes': 0,
};

it('reads every proposal for the reference workload as found: nothing is advised that it could not apply', async () => {
  const server = await startTestServer({ settings: recommendedServerSettings['as-found'] });
  const db = await createDatabase(18, {
    serverUrl: server.connectionUrl(),
    extensions: ['pg_stat_statements'],
  });
  await createMarketResearch({ url: db.url, scale: 0.02, state: 'as-found' });
  // What an interrupted build left, and nothing else serves.
  await db.query('create index interrupted on products (review_count)');
  await db.query(`update pg_index set indisvalid = false where indexrelid = 'interrupted'::regclass`);
  await runWorkload({ url: db.url, sessions: 2, durationMs: 6_000 });
  const planted = await plantSessions(db.url);
  const target = unwrap(parseTarget(db.url, {}));
  const settings = actSettings(SETTINGS);
  const common = { settings, clock: systemClock, onProgress: silentProgress };
  const { report } = await runAudit(target, common);
  const indexes = await runIndexes(
    { target },
    { ...common, provider: 'shadow', statementFiles: [], isFromFilesOnly: false },
  );
  const proposals = [...report.proposals, ...indexes.proposals];
  const admission = { target: 't', proposedBy: 'advisor', now: new Date(), settings };
  const refused = proposals
    .filter(({ kind }) => !EXCEPTIONS.has(kind))
    .flatMap((proposal) => (admit(proposal, admission).ok ? [] : [proposal.do]));
  expect(refused).toEqual([]);
  const kinds = new Set(proposals.map(({ kind }) => kind));
  // What is admitted means nothing unless it was proposed.
  expect([...kinds].toSorted()).toEqual(
    expect.arrayContaining([
      'alter-setting',
      'analyze',
      'create-index',
      'drop-index',
      'end-session',
      'reindex',
      'set-autovacuum',
      'set-sequence',
      'validate-constraint',
    ]),
  );
  await planted.close();
  await db.close();
  await server.close();
}, 180_000);

it('reads statistics and views as they are proposed for names that would break out of any text', () => {
  const sql = extendedStatisticsSql({ schema: `S;'`, table: 'T "1', columns: [`a'b`, 'c;"d'] });
  const [view] = matviewProposals(
    [
      {
        schema: 'public',
        name: `V '";`,
        definition: `SELECT a AS "a ""1", count(*) AS n FROM public.t GROUP BY a`,
        keyColumns: ['a "1'],
        rows: 1,
        sizeBytes: 1,
        refreshCost: 1,
        refreshEveryMs: null,
        readsPerRefresh: 1,
        statements: [],
      },
    ],
    { isTaken: () => false, method: 'a test' },
  );
  expect(readChange([`${sql.create};`, `${sql.analyze};`])).toMatchObject({ ok: true });
  expect(readChange(view?.do ?? [])).toMatchObject({ ok: true, value: { kind: 'create-materialized-view' } });
  const [refresh] = view?.afterwards ?? [];
  expect(readChange([refresh?.sql ?? ''])).toMatchObject({ value: { kind: 'refresh-materialized-view' } });
});
