import { displayIdentifier, formatRatio, groupBy } from '../../../kernel/index.ts';
import type { Sections, SessionRow } from '../../../observe/index.ts';
import { ratioSetting } from '../../../settings/index.ts';
import { blindSpot, defineCheck, finding, gradeAbove } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  warningRatio: ratioSetting({
    key: 'diagnose.connection-saturation.warning-ratio',
    summary: 'Share of the connections in use from which it is a warning.',
    default: 0.8,
    source: 'temBoard sessions, 80 %',
  }),
  criticalRatio: ratioSetting({
    key: 'diagnose.connection-saturation.critical-ratio',
    summary: 'Share of the connections in use from which it is critical.',
    default: 0.95,
    source: 'one burst away from "sorry, too many clients already"',
  }),
};

const TOP_GROUPS = 5;

/** Finds servers that are about to refuse connections. */
export const connectionSaturation: Check = defineCheck({
  id: 'diagnose/connection-saturation',
  title: 'Connections in use',
  needs: ['activity', 'serverSettings'],
  source:
    'PostgreSQL docs 19.3.1 "max_connections", "superuser_reserved_connections", "reserved_connections"',
  settings,
  run: ({ sections, values, threshold }) => {
    const maximum = numberOf(sections.serverSettings, 'max_connections');
    if (maximum === null) {
      return [blindSpot('max_connections is not visible to the role', 'grant pg_monitor to the role')];
    }
    const reserved =
      (numberOf(sections.serverSettings, 'superuser_reserved_connections') ?? 0) +
      (numberOf(sections.serverSettings, 'reserved_connections') ?? 0);
    const available = Math.max(1, maximum - reserved);
    const clients = sections.activity.filter((session) => session.backendType === 'client backend');
    const usedRatio = clients.length / available;
    const severity = gradeAbove(usedRatio, values.warningRatio, values.criticalRatio);
    if (severity === null) return [];
    const idle = clients.filter((session) => session.state === 'idle').length;
    return [
      finding({
        severity,
        subject: { kind: 'server', schema: '', name: 'server' },
        title: `${clients.length} of ${available} connections are in use (${formatRatio(usedRatio)})`,
        evidence: {
          usedRatio,
          usedCount: clients.length,
          availableCount: available,
          maximumCount: maximum,
          reservedCount: reserved,
          idleCount: idle,
          ownCount: clients.filter((session) => session.isOwn).length,
          byUser: largest(clients, (session) => session.user),
          byDatabase: largest(clients, (session) => session.database),
          byApplication: largest(clients, (session) => session.applicationName),
        },
        threshold: threshold(severity === 'critical' ? 'criticalRatio' : 'warningRatio'),
        remedy: remedyOf(idle / clients.length),
      }),
    ];
  },
});

function numberOf(settings: Sections['serverSettings'], name: string): number | null {
  return settings.get(name)?.number ?? null;
}

/** The largest groups as text: `app: 40`. */
function largest(
  sessions: readonly SessionRow[],
  keyOf: (session: SessionRow) => string | null,
): readonly string[] {
  return [...groupBy(sessions, (session) => keyOf(session) ?? '')]
    .toSorted((a, b) => b[1].length - a[1].length)
    .slice(0, TOP_GROUPS)
    .map(([name, group]) => `${name === '' ? '(none)' : displayIdentifier(name)}: ${group.length}`);
}

function remedyOf(idleRatio: number): string {
  const limits = 'limit roles with: alter role … connection limit …';
  return idleRatio >= 0.5
    ? `${formatRatio(idleRatio)} of them are idle: make the applications' pools smaller or share them through a pooler in transaction mode (PgBouncer), and ${limits}`
    : `most of them work: find out what they wait for, put a pooler (PgBouncer) before the server so that bursts queue there, and ${limits}`;
}
