import { escapeControls, formatCount, formatDuration } from '../../../kernel/index.ts';
import type { ArchiverRow, SettingFacts } from '../../../observe/index.ts';
import { durationSetting } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check, FindingDraft, Severity, Threshold } from '../../types.ts';

const settings = {
  windowMs: durationSetting({
    key: 'diagnose.archive-failing.window-ms',
    summary: 'Time in which a failure counts, and without a success after which failing is critical.',
    default: 15 * 60_000,
    source: 'reference specification: at most 15 minutes of work may be lost',
  }),
};

/** Finds a WAL archiver that fails, failed lately, or has nothing to archive with. */
export const archiveFailing: Check = defineCheck({
  id: 'diagnose/archive-failing',
  title: 'WAL archiver failing',
  needs: ['archiver'],
  source: 'PostgreSQL docs 27.2.13 "pg_stat_archiver", 25.3.1 "Setting Up WAL Archiving"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const { archiver } = sections;
    // A standby archives only with `always`.
    const isArchiving = snapshot.server.isInRecovery ? archiver.mode === 'always' : archiver.mode !== 'off';
    if (!isArchiving) return [];
    const { serverSettings } = snapshot.sections;
    if (serverSettings.status === 'ok' && hasNoCommand(serverSettings.data)) {
      return [describeMissing(archiver, threshold('windowMs'))];
    }
    const state = judge(archiver, values.windowMs);
    return state === null ? [] : [describe(archiver, state, threshold('windowMs'))];
  },
});

function hasNoCommand(settings: ReadonlyMap<string, SettingFacts>): boolean {
  const command = settings.get('archive_command')?.value;
  return command === '' && (settings.get('archive_library')?.value ?? '') === '';
}

interface State {
  readonly severity: Severity;
  /** No success since the last failure. */
  readonly isFailing: boolean;
}

/** The archiver tries the same file again at least once a minute, so a failure without a later success lasts. */
function judge({ sinceArchivedMs, sinceFailedMs }: ArchiverRow, windowMs: number): State | null {
  if (sinceFailedMs === null) return null;
  const isFailing = sinceArchivedMs === null || sinceFailedMs < sinceArchivedMs;
  if (isFailing) {
    const isLong = sinceArchivedMs === null || sinceArchivedMs > windowMs;
    return { severity: isLong ? 'critical' : 'warning', isFailing };
  }
  return sinceFailedMs <= windowMs ? { severity: 'warning', isFailing } : null;
}

function describe(archiver: ArchiverRow, state: State, threshold: Threshold): FindingDraft {
  const { sinceArchivedMs, sinceFailedMs } = archiver;
  const last =
    sinceArchivedMs === null ? 'and never succeeded' : `last success ${formatDuration(sinceArchivedMs)} ago`;
  return finding({
    severity: state.severity,
    subject: { kind: 'server', schema: '', name: 'server' },
    title: state.isFailing
      ? `the WAL archiver fails (${formatCount(archiver.failed)} times since its statistics began), ${last}`
      : `the WAL archiver failed ${formatDuration(sinceFailedMs ?? 0)} ago and has succeeded since`,
    evidence: evidenceOf(archiver),
    threshold,
    remedy: state.isFailing
      ? "read the server's log for the message of archive_command or archive_library; until it works, WAL fills the disk and no restore reaches past the last archived file"
      : "read the server's log for the cause before it comes back",
  });
}

function describeMissing(archiver: ArchiverRow, threshold: Threshold): FindingDraft {
  return finding({
    severity: 'warning',
    subject: { kind: 'server', schema: '', name: 'server' },
    title:
      'archive_mode is on, but neither archive_command nor archive_library is set: WAL piles up and is archived nowhere',
    evidence: evidenceOf(archiver),
    threshold,
    remedy:
      'set archive_command (a reload is enough), or archive_mode = off (restart) when nothing is to be archived',
  });
}

function evidenceOf(archiver: ArchiverRow): Readonly<Record<string, string | number | null>> {
  return {
    mode: archiver.mode,
    failedCount: archiver.failed,
    archivedCount: archiver.archived,
    sinceFailedMs: archiver.sinceFailedMs,
    sinceArchivedMs: archiver.sinceArchivedMs,
    lastFailedFile: archiver.lastFailedFile === null ? null : escapeControls(archiver.lastFailedFile),
  };
}
