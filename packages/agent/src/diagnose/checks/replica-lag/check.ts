import { displayIdentifier, formatBytes, formatDuration } from '../../../kernel/index.ts';
import type { ReplicaRow, StandbyRow } from '../../../observe/index.ts';
import { bytesSetting, durationSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding, gradeAbove } from '../../define-check.ts';
import type { Check, FindingDraft, Severity, Threshold } from '../../types.ts';

const settings = {
  warningBytes: bytesSetting({
    key: 'diagnose.replica-lag.warning-bytes',
    summary: 'WAL not yet replayed from which a replica is a warning.',
    default: 100 * 1024 ** 2,
    source: 'pgwatch, pganalyze: 100 MB',
  }),
  criticalBytes: bytesSetting({
    key: 'diagnose.replica-lag.critical-bytes',
    summary: 'WAL not yet replayed from which a replica is critical.',
    default: 1024 ** 3,
    source: 'pganalyze: 1 GB',
  }),
  warningMs: durationSetting({
    key: 'diagnose.replica-lag.warning-ms',
    summary: 'Time that a replica is behind from which it is a warning.',
    default: 30_000,
    source: 'pgwatch: 30 s',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.replica-lag.critical-ms',
    summary: 'Time that a replica is behind from which it is critical.',
    default: 5 * 60_000,
    source: 'a third of the 15 minutes that may be lost at most (reference specification)',
  }),
  maximumFindings: maximumFindingsSetting('replica-lag'),
};

type SettingName = keyof typeof settings;

interface Lag {
  readonly bytes: number | null;
  readonly ms: number | null;
}

interface Grade {
  readonly severity: Severity;
  /** Setting that decided; the worse of size and time. */
  readonly decidedBy: SettingName;
}

/** Finds replicas that are behind, from the primary's side and from the standby's own. */
export const replicaLag: Check = defineCheck({
  id: 'diagnose/replica-lag',
  title: 'Replicas behind',
  needs: ['replicas'],
  source: 'PostgreSQL docs 27.2.4 "pg_stat_replication", 9.28.4 "Recovery Control Functions"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const replicas = sections.replicas.flatMap((replica) => {
      const lag = { bytes: replica.replayLagBytes, ms: replica.replayLagMs };
      const grade = gradeOf(lag, values);
      return grade === null
        ? []
        : [describeReplica(replica, lag, grade.severity, threshold(grade.decidedBy))];
    });
    const worstFirst = replicas.toSorted((a, b) => lagBytes(b) - lagBytes(a));
    const capped = capFindings(worstFirst, values.maximumFindings);
    const { standby } = snapshot.sections;
    if (!snapshot.server.isInRecovery || standby.status !== 'ok') return capped;
    const lag = standbyLag(standby.data);
    const grade = gradeOf(lag, values);
    return grade === null
      ? capped
      : [...capped, describeStandby(standby.data, lag, grade.severity, threshold(grade.decidedBy))];
  },
});

function gradeOf(lag: Lag, values: Readonly<Record<SettingName, number>>): Grade | null {
  const byBytes = gradeAbove(lag.bytes ?? 0, values.warningBytes, values.criticalBytes);
  const byTime = gradeAbove(lag.ms ?? 0, values.warningMs, values.criticalMs);
  if (byBytes === 'critical') return { severity: 'critical', decidedBy: 'criticalBytes' };
  if (byTime === 'critical') return { severity: 'critical', decidedBy: 'criticalMs' };
  if (byBytes !== null) return { severity: byBytes, decidedBy: 'warningBytes' };
  return byTime === null ? null : { severity: byTime, decidedBy: 'warningMs' };
}

function lagBytes(draft: FindingDraft): number {
  return Number(draft.evidence['replayLagBytes'] ?? 0);
}

/** On an idle primary the last replayed commit grows old without any lag. */
function standbyLag(standby: StandbyRow): Lag {
  const isBehind = !standby.isReceiving || (standby.replayLagBytes ?? 0) > 0;
  return { bytes: standby.replayLagBytes, ms: isBehind ? standby.lastReplayMs : null };
}

function describeReplica(
  replica: ReplicaRow,
  lag: Lag,
  severity: Severity,
  threshold: Threshold,
): FindingDraft {
  const name = replica.applicationName || replica.clientAddress || String(replica.pid);
  return finding({
    severity,
    subject: { kind: 'replica', schema: '', name },
    title: `replica ${displayIdentifier(name)} is ${shown(lag)} behind`,
    evidence: {
      replayLagBytes: lag.bytes,
      replayLagMs: lag.ms,
      state: replica.state,
      syncState: replica.syncState,
      clientAddress: replica.clientAddress,
      pid: replica.pid,
    },
    threshold,
    remedy:
      'look at its disk, its network and the queries that hold its replay up (max_standby_streaming_delay); until it caught up, send it no reads that must be fresh',
  });
}

function describeStandby(
  standby: StandbyRow,
  lag: Lag,
  severity: Severity,
  threshold: Threshold,
): FindingDraft {
  const why = standby.isReplayPaused
    ? ': replay is paused'
    : standby.isReceiving
      ? ''
      : ': no WAL is streaming in';
  return finding({
    severity,
    subject: { kind: 'server', schema: '', name: 'server' },
    title: `this standby is ${shown(lag)} behind${why}`,
    evidence: {
      replayLagBytes: lag.bytes,
      lastReplayMs: standby.lastReplayMs,
      isReceiving: standby.isReceiving,
      isReplayPaused: standby.isReplayPaused,
    },
    threshold,
    remedy: standby.isReplayPaused
      ? 'select pg_wal_replay_resume()'
      : standby.isReceiving
        ? 'look at its disk and at the queries that hold its replay up (max_standby_streaming_delay)'
        : "see the server's log for why the WAL receiver is gone: connection, password, a removed WAL segment",
  });
}

function shown(lag: Lag): string {
  const parts = [
    ...(lag.bytes === null ? [] : [formatBytes(lag.bytes)]),
    ...(lag.ms === null ? [] : [formatDuration(lag.ms)]),
  ];
  return parts.join(' and ');
}
