import type { Severity } from '../../../types.ts';
import { type Rule, textOf } from '../rule.ts';

interface Switch {
  readonly name: string;
  readonly severity: Severity;
  /** What it means that the setting is off. */
  readonly consequence: string;
  readonly source: string;
}

const SWITCHES: readonly Switch[] = [
  {
    name: 'autovacuum',
    severity: 'critical',
    consequence:
      'dead rows pile up, statistics age, and only emergency vacuums hold back transaction id wraparound',
    source: 'PostgreSQL docs 19.10 "Vacuuming", 24.1.6 "The Autovacuum Daemon"',
  },
  {
    name: 'track_counts',
    severity: 'warning',
    consequence: 'autovacuum cannot see what to do, and nobody sees which tables and indexes are used',
    source: 'PostgreSQL docs 19.9.1 "Cumulative Query and Index Statistics"',
  },
  {
    name: 'track_activities',
    severity: 'warning',
    consequence: 'nobody sees what sessions do, what they wait for and for how long',
    source: 'PostgreSQL docs 19.9.1 "Cumulative Query and Index Statistics"',
  },
];

/** Rules of the server's own upkeep: it must not be switched off. */
export const upkeepRules: readonly Rule[] = SWITCHES.map(
  ({ name, severity, consequence, source }): Rule =>
    (input) =>
      textOf(input, name) === 'off'
        ? {
            severity,
            name,
            title: `${name} is off: ${consequence}`,
            evidence: { value: 'off', setBy: input.settings.get(name)?.source ?? null },
            remedy: `alter system set ${name} = on; select pg_reload_conf(); and reset it for databases and roles that set it`,
            source,
            decidedBy: 'ignore',
          }
        : null,
);
