import type { Tuning } from '../../advise/index.ts';
import type { AuditReport } from '../types.ts';

/** What `pgsteward tune` gives; field names are stable from the first release. */
export interface TuneReport
  extends Tuning,
    Pick<AuditReport, 'target' | 'startedAt' | 'durationMs' | 'selfLoad'> {
  readonly schema: 'pgsteward/tune@1';
}
