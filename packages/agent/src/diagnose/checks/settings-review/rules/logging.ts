import { numberOf, type Rule, textOf } from '../rule.ts';

const LOGGING_DOCS = 'PostgreSQL docs 19.8 "Error Reporting and Logging"';

const lockWaits: Rule = (input) =>
  textOf(input, 'log_lock_waits') !== 'off'
    ? null
    : {
        severity: 'info',
        name: 'log_lock_waits',
        title: 'log_lock_waits is off: after a stall nobody can tell who waited for whom',
        evidence: { value: 'off' },
        remedy: 'alter system set log_lock_waits = on; select pg_reload_conf()',
        source: LOGGING_DOCS,
        decidedBy: 'ignore',
      };

const slowStatements: Rule = (input) =>
  numberOf(input, 'log_min_duration_statement') !== -1
    ? null
    : {
        severity: 'info',
        name: 'log_min_duration_statement',
        title: 'log_min_duration_statement is off: slow statements leave no trace with their parameters',
        evidence: { value: -1 },
        remedy: "alter system set log_min_duration_statement = '1s'; select pg_reload_conf()",
        source: LOGGING_DOCS,
        decidedBy: 'ignore',
      };

/** Rules of what the log must tell after the fact. */
export const loggingRules: readonly Rule[] = [lockWaits, slowStatements];
