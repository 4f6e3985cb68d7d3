import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';
import type { Volumes } from './volumes.ts';
import type { CopyWriter } from './writer.ts';

/** What the tables of one data set share. */
export interface Source {
  readonly volumes: Volumes;
  readonly timeline: Timeline;
  /** User ids by rank. */
  readonly users: readonly string[];
  /** Category names by rank. */
  readonly categories: readonly string[];
}

/** Writes the row or rows of one unit of a table. */
export type WriteUnit = (random: Random, index: number, out: CopyWriter) => void;
