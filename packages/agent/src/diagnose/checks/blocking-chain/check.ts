import {
  escapeControls,
  formatDuration,
  plantLockForest,
  type LockTree as Tree,
  type Waiter,
} from '../../../kernel/index.ts';
import type { SessionRow, Snapshot } from '../../../observe/index.ts';
import { countSetting, durationSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding, gradeAbove } from '../../define-check.ts';
import { hiddenSessions } from '../../hidden-sessions.ts';
import type { Check, Severity, Subject } from '../../types.ts';

type LockTree = Tree<SessionRow>;

const settings = {
  warningMs: durationSetting({
    key: 'diagnose.blocking-chain.warning-ms',
    summary: 'Longest wait behind one session from which its chain is a warning.',
    default: 30_000,
    source: 'Datadog names high-impact blockers from 30 s',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.blocking-chain.critical-ms',
    summary: 'Longest wait behind one session from which its chain is critical.',
    default: 5 * 60_000,
    source: 'pganalyze: blocked for 300 s',
  }),
  criticalCount: countSetting({
    key: 'diagnose.blocking-chain.critical-count',
    summary: 'Sessions held up by one from which its chain is critical, however long they wait.',
    default: 3,
    minimum: 1,
    source: 'pganalyze: at least 3 blocked',
  }),
  crowdMs: durationSetting({
    key: 'diagnose.blocking-chain.crowd-ms',
    summary: 'Longest wait below which even many held-up sessions are everyday queueing.',
    default: 1_000,
    source: 'deadlock_timeout, 1 s: waits that PostgreSQL itself begins to look into',
  }),
  maximumFindings: maximumFindingsSetting('blocking-chain', 20),
};

const QUERY_LENGTH = 500;
const CHAIN_LINES = 20;
const LINE_LENGTH = 160;

/** Finds sessions that hold up others, and shows who waits behind whom. */
export const blockingChain: Check = defineCheck({
  id: 'diagnose/blocking-chain',
  title: 'Blocking chains',
  needs: ['activity'],
  source: 'PostgreSQL docs 9.27 pg_blocking_pids, 53.12 "pg_locks" (waitstart)',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const drafts = plantLockForest(sections.activity, ({ isOwn }) => !isOwn)
      .filter((tree) => tree.waiters.some(({ session }) => session.isHere))
      .map((tree) => ({ tree, waitMs: longestWaitMs(tree) }))
      .toSorted((a, b) => b.tree.waiters.length - a.tree.waiters.length || b.waitMs - a.waitMs)
      .flatMap(({ tree, waitMs }) => {
        const isCrowd = tree.waiters.length >= values.criticalCount && waitMs >= values.crowdMs;
        const byTime = gradeAbove(waitMs, values.warningMs, values.criticalMs);
        const severity: Severity | null = isCrowd ? 'critical' : byTime;
        if (severity === null) return [];
        const decidedBy = byTime === 'critical' ? 'criticalMs' : isCrowd ? 'criticalCount' : 'warningMs';
        return [
          finding({
            severity,
            subject: subjectOf(tree, snapshot),
            title: `${nameOf(tree)} holds up ${tree.waiters.length} ${tree.waiters.length === 1 ? 'session' : 'sessions'}, the longest for ${formatDuration(waitMs)}`,
            evidence: evidenceOf(tree, waitMs),
            threshold: threshold(decidedBy),
            remedy: remedyOf(tree),
          }),
        ];
      });
    return [
      ...capFindings(drafts, values.maximumFindings),
      ...hiddenSessions(snapshot, 'sessions that wait for each other'),
    ];
  },
});

function longestWaitMs(tree: LockTree): number {
  return tree.waiters.reduce((longest, { session }) => Math.max(longest, waitOf(session)), 0);
}

/** A wait that has only just begun has no start yet: 0, never the running time of the statement. */
function waitOf(session: SessionRow): number {
  return session.lockWaitMs ?? 0;
}

function subjectOf(tree: LockTree, snapshot: Snapshot): Subject {
  if (tree.rootPid !== 0) return { kind: 'session', schema: '', name: String(tree.rootPid) };
  const prepared = snapshot.sections.preparedTransactions;
  const candidates = prepared.status === 'ok' ? prepared.data : [];
  const [only] = candidates;
  const name = candidates.length === 1 && only !== undefined ? only.identifier : '0';
  return { kind: 'transaction', schema: '', name };
}

function nameOf({ root, rootPid, isCircular }: LockTree): string {
  if (rootPid === 0) return 'a prepared transaction';
  const state = isCircular ? 'in a circle of waits' : (root?.state ?? root?.backendType ?? null);
  return `process ${rootPid}${state === null ? '' : ` (${escapeControls(state)})`}`;
}

function evidenceOf(
  tree: LockTree,
  waitMs: number,
): Readonly<Record<string, string | number | boolean | null | readonly string[]>> {
  const { root, waiters } = tree;
  const shown = waiters.slice(0, CHAIN_LINES).map(lineOf);
  const omitted = waiters.length - shown.length;
  return {
    blockedCount: waiters.length,
    longestWaitMs: waitMs,
    rootState: root?.state ?? null,
    rootStateMs: root?.stateMs ?? null,
    rootTransactionMs: root?.transactionMs ?? null,
    rootQuery: root === null ? null : cut(root.query, QUERY_LENGTH),
    rootQueryId: root?.queryId ?? null,
    rootUser: root?.user ?? null,
    rootApplicationName: root?.applicationName ?? null,
    rootDatabase: root?.database ?? null,
    isCircular: tree.isCircular,
    chain: [lineOfRoot(tree), ...shown, ...(omitted > 0 ? [`  … and ${omitted} more`] : [])],
  };
}

function lineOfRoot(tree: LockTree): string {
  const query = cut(tree.root?.query ?? null, LINE_LENGTH);
  return query === null ? nameOf(tree) : `${nameOf(tree)}: ${query}`;
}

function lineOf({ session, depth }: Waiter<SessionRow>): string {
  const query = cut(session.query, LINE_LENGTH) ?? session.backendType ?? 'hidden';
  const wait = formatDuration(waitOf(session));
  return `${'  '.repeat(Math.min(depth, 10))}${session.pid} waits ${wait} (${session.waitEvent ?? '?'}): ${query}`;
}

function cut(text: string | null, length: number): string | null {
  return text === null ? null : escapeControls(text.slice(0, length));
}

function remedyOf({ root, rootPid, isCircular }: LockTree): string {
  if (rootPid === 0) {
    return 'finish the prepared transaction: select * from pg_prepared_xacts, then commit prepared or rollback prepared its gid in its database';
  }
  if (isCircular) return 'wait for deadlock_timeout: PostgreSQL cancels one of them by itself';
  if (root === null) return 'look again: the process was gone when the sessions were read';
  if (root.state?.startsWith('idle in transaction') === true) {
    return `end the transaction in its application; if that does not help: select pg_terminate_backend(${rootPid})`;
  }
  if (root.backendType === 'autovacuum worker') {
    return 'let it finish: an autovacuum that does not give way prevents transaction id wraparound';
  }
  return `let it finish, or: select pg_cancel_backend(${rootPid}); give schema changes a lock_timeout`;
}
