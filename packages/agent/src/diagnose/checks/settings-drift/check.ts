import {
  displayIdentifier,
  escapeControls,
  formatBytes,
  formatDuration,
  quoteIdentifier,
} from '../../../kernel/index.ts';
import type { SettingFacts, SettingsFileRow, Snapshot } from '../../../observe/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import type { BlindSpot, Check } from '../../types.ts';

const settings = {
  maximumFindings: maximumFindingsSetting('settings-drift', 30),
};

const TEXT_LENGTH = 200;

/** Finds settings whose configured value is not the one in force. */
export const settingsDrift: Check = defineCheck({
  id: 'diagnose/settings-drift',
  title: 'Settings not in force',
  needs: ['serverSettings'],
  source: 'PostgreSQL docs 53.8 "pg_file_settings", 53.24 "pg_settings": pending_restart',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const pending = [...sections.serverSettings.values()].filter((setting) => setting.isPendingRestart);
    const pendingNames = new Set(pending.map((setting) => setting.name));
    const waiting = pending.map((setting) =>
      finding({
        severity: 'warning',
        subject: { kind: 'setting', schema: '', name: setting.name },
        title: `${setting.name} was changed and waits for a restart; ${shown(setting)} is still in force`,
        evidence: {
          value: cut(setting.value),
          unit: setting.unit,
          context: setting.context,
          sourceFile: setting.sourceFile,
        },
        threshold: threshold('maximumFindings'),
        remedy:
          'restart the server in a quiet hour, or take the change back: the next crash would bring it in',
      }),
    );
    const files = snapshot.sections.settingsFiles;
    const wrong = (files.status === 'ok' ? files.data : [])
      .filter((line) => line.name === null || !pendingNames.has(line.name))
      .map((line) =>
        finding({
          severity: 'warning',
          subject: { kind: 'setting', schema: '', name: line.name ?? `${line.file}:${line.line}` },
          title: `${describe(line)} is not in force: ${cut(line.error ?? 'unknown error')}`,
          evidence: {
            file: escapeControls(line.file),
            line: line.line,
            value: line.value === null ? null : cut(line.value),
            error: cut(line.error ?? ''),
          },
          threshold: threshold('maximumFindings'),
          remedy:
            'correct the line, then select pg_reload_conf(); a server with a faulty file refuses to start again',
        }),
      );
    const drafts = capFindings([...waiting, ...wrong], values.maximumFindings);
    return files.status === 'ok' ? drafts : [...drafts, filesUnreadable(snapshot)];
  },
});

/** A number in a unit such as 8kB says nothing to a person. */
function shown({ value, number, unit }: SettingFacts): string {
  if (unit === null || number === null || number < 0) return cut(value) || "''";
  return unit.endsWith('B') ? formatBytes(number) : formatDuration(number);
}

function describe(line: SettingsFileRow): string {
  return line.name === null
    ? `line ${line.line} of ${cut(line.file)}`
    : `${displayIdentifier(line.name)} in line ${line.line} of ${cut(line.file)}`;
}

function cut(text: string): string {
  return escapeControls(text.slice(0, TEXT_LENGTH));
}

/** pg_monitor does not include the view, and reading it needs its function as well. */
function filesUnreadable({ server }: Snapshot): BlindSpot {
  const role = quoteIdentifier(server.user);
  return blindSpot(
    'errors in the configuration files are not readable for the role',
    `grant select on pg_catalog.pg_file_settings to ${role}; grant execute on function pg_catalog.pg_show_all_file_settings() to ${role}`,
  );
}
