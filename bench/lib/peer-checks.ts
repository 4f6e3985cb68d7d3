import type { PlantedFault } from '@pgsteward/market-research';

/** A tool whose checks are read from its published source and not run. */
export type ListedPeer = 'pghero' | 'postgresMcp';

/** The rule of a peer that would find a fault, by our id of the check; what is not listed it has no rule for. */
export type PeerRules = Readonly<Record<string, string>>;

/**
 * What two peers' own health lists say. Generous to the peers: a rule counts when it looks for this kind of
 * fault, whatever size it asks for, as the thresholds of our checks are lowered to the small data as well. Rules
 * that count sessions and would not see one (idle in transaction: more than 100) do not count.
 * @source ankane/pghero lib/pghero.rb, lib/pghero/methods, app/controllers/pg_hero/home_controller.rb
 * @source crystaldba/postgres-mcp src/postgres_mcp (database_health, index, top_queries)
 */
const peerRules: Readonly<Record<ListedPeer, PeerRules>> = {
  pghero: {
    'diagnose/missing-index':
      'suggested indexes for queries of 20 ms on average and 50 calls, one table only',
    'diagnose/index-scan-ratio': 'index-scan share below 95 % and at least 10,000 live rows, per table',
    'diagnose/unused-index': 'no scans and at least 10 MB',
    'diagnose/duplicate-index': 'duplicate indexes: columns covered by another',
    'diagnose/redundant-index': 'duplicate indexes: columns are the first ones of another',
    'diagnose/invalid-index': 'invalid indexes',
    'diagnose/bloated-index': 'index bloat of at least 100 MB',
    'diagnose/sequence-exhaustion': 'sequences above 90 %',
    'diagnose/not-validated-constraint': 'invalid constraints',
    'diagnose/slow-query': 'slow queries: 20 ms on average and 100 calls',
    'diagnose/heavy-query': 'queries by share of total time',
    'diagnose/long-running-query': 'running for more than 60 s',
  },
  postgresMcp: {
    'diagnose/missing-index': 'workload index advisor: 50 calls and 5 ms on average; needs hypopg',
    'diagnose/unused-index': 'at most 50 scans and not unique',
    'diagnose/duplicate-index': 'duplicate indexes: prefix cover',
    'diagnose/redundant-index': 'duplicate indexes: prefix cover',
    'diagnose/invalid-index': 'invalid indexes',
    'diagnose/bloated-index': 'bloat of at least 100 MB wasted',
    'diagnose/sequence-exhaustion': 'sequences above 90 %',
    'diagnose/not-validated-constraint': 'constraints not validated',
    'diagnose/slow-query': 'top queries by mean time',
    'diagnose/heavy-query': 'top queries by total time or above 5 % of a resource',
  },
};

/** Which of the planted faults a peer's list has a rule for. */
export function foundByList(
  peer: ListedPeer,
  planted: readonly PlantedFault[],
): { readonly wouldFind: number; readonly kinds: number; readonly rules: readonly string[] } {
  const rules = peerRules[peer];
  const seen = planted.filter((fault) => rules[fault.id] !== undefined);
  const ids = [...new Set(seen.map((fault) => fault.id))];
  return { wouldFind: seen.length, kinds: ids.length, rules: ids.map((id) => `${id}: ${rules[id]}`) };
}
