import type {
  CheckpointsRow,
  DatabaseFacts,
  SessionRow,
  SettingFacts,
  Snapshot,
  WalRow,
} from '../../../observe/index.ts';
import type { StatisticsWindow } from '../../statistics-window.ts';
import type { EvidenceValue, Severity } from '../../types.ts';
import type { ReviewSettingName, ReviewValues } from './settings.ts';

/** What a rule judges: settings, and the workload as far as it could be read. */
export interface RuleInput {
  readonly settings: ReadonlyMap<string, SettingFacts>;
  readonly values: ReviewValues;
  readonly server: Snapshot['server'];
  readonly database: DatabaseFacts | null;
  /** Time in which the counters of the database grew; null when they could not be read. */
  readonly window: StatisticsWindow | null;
  readonly checkpoints: CheckpointsRow | null;
  readonly wal: WalRow | null;
  readonly sessions: readonly SessionRow[] | null;
}

/** What a rule says about one server setting. */
export interface Advice {
  readonly severity: Severity;
  /** The server setting. */
  readonly name: string;
  readonly title: string;
  readonly evidence: Readonly<Record<string, EvidenceValue>>;
  readonly remedy: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** Setting of the review that decided. */
  readonly decidedBy: ReviewSettingName;
}

/** Judges one server setting; null when it is fine, unknown here, or nothing speaks against it. */
export type Rule = (input: RuleInput) => Advice | null;

/** Gives a setting's number (bytes, milliseconds or plain); null when the server has no such setting. */
export function numberOf({ settings }: RuleInput, name: string): number | null {
  return settings.get(name)?.number ?? null;
}

/** Gives a setting's text; null when the server has no such setting. */
export function textOf({ settings }: RuleInput, name: string): string | null {
  return settings.get(name)?.value ?? null;
}
