import { displayIdentifier, formatBytes, formatDuration, quoteLiteral } from '../../../kernel/index.ts';
import type { SlotRow } from '../../../observe/index.ts';
import { bytesSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding, gradeAbove } from '../../define-check.ts';
import type { Check, Severity } from '../../types.ts';

const settings = {
  warningBytes: bytesSetting({
    key: 'diagnose.slot-retention.warning-bytes',
    summary: 'WAL held back by a slot from which it is a warning.',
    default: 1024 ** 3,
    source: 'one max_wal_size at its default',
  }),
  criticalBytes: bytesSetting({
    key: 'diagnose.slot-retention.critical-bytes',
    summary: 'WAL held back by a slot from which it is critical.',
    default: 10 * 1024 ** 3,
    source: 'pgwatch and postgres_ai: a slot without a reader fills the disk of the primary',
  }),
  maximumFindings: maximumFindingsSetting('slot-retention'),
};

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** Finds replication slots that keep WAL, without a reader or with one that is far behind. */
export const slotRetention: Check = defineCheck({
  id: 'diagnose/slot-retention',
  title: 'Replication slots that hold back WAL',
  needs: ['slots'],
  source: 'PostgreSQL docs 26.2.6 "Replication Slots", 53.20 "pg_replication_slots"',
  settings,
  run: ({ sections, values, threshold }) => {
    const drafts = sections.slots
      .flatMap((slot) => {
        const severity = severityOf(slot, values.warningBytes, values.criticalBytes);
        return severity === null ? [] : [{ slot, severity }];
      })
      .toSorted(
        (a, b) =>
          RANK[a.severity] - RANK[b.severity] || (b.slot.retainedBytes ?? 0) - (a.slot.retainedBytes ?? 0),
      )
      .map(({ slot, severity }) =>
        finding({
          severity,
          subject: { kind: 'slot', schema: '', name: slot.name },
          title: titleOf(slot),
          evidence: {
            retainedBytes: slot.retainedBytes,
            isActive: slot.isActive,
            inactiveMs: slot.inactiveMs,
            walStatus: slot.walStatus,
            type: slot.type,
            database: slot.database === null ? null : displayIdentifier(slot.database),
          },
          threshold: threshold(severity === 'critical' ? 'criticalBytes' : 'warningBytes'),
          remedy: remedyOf(slot),
        }),
      );
    return capFindings(drafts, values.maximumFindings);
  },
});

/** A lost slot is broken for good; one without a reader is worth a word before it holds much. */
function severityOf(slot: SlotRow, warningBytes: number, criticalBytes: number): Severity | null {
  if (slot.walStatus === 'lost') return 'critical';
  const byBytes = gradeAbove(slot.retainedBytes ?? 0, warningBytes, criticalBytes);
  if (byBytes === 'critical') return byBytes;
  if (slot.walStatus === 'unreserved') return 'warning';
  return byBytes ?? (slot.isActive || slot.retainedBytes === null ? null : 'info');
}

function titleOf(slot: SlotRow): string {
  const name = `slot ${displayIdentifier(slot.name)}`;
  if (slot.walStatus === 'lost') return `${name} has lost WAL that it needs: its reader cannot go on`;
  const held = formatBytes(slot.retainedBytes ?? 0);
  if (slot.walStatus === 'unreserved') return `${name} is about to lose WAL that it needs (${held} behind)`;
  if (slot.isActive) return `${name} holds back ${held} of WAL: its reader is behind`;
  const since = slot.inactiveMs === null ? '' : ` for ${formatDuration(slot.inactiveMs)}`;
  return `${name} has had no reader${since} and holds back ${held} of WAL`;
}

function remedyOf(slot: SlotRow): string {
  const drop = `select pg_drop_replication_slot(${quoteLiteral(slot.name)})`;
  if (slot.walStatus === 'lost') return `build the reader anew from a base backup or snapshot; ${drop}`;
  if (slot.isActive)
    return 'find out why its reader is slow; max_slot_wal_keep_size bounds what a slot may hold';
  return `bring its reader back, or when it is gone for good: ${drop}; max_slot_wal_keep_size bounds what a slot may hold`;
}
