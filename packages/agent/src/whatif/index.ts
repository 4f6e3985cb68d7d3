/**
 * Responsible for what-if planning: the providers behind the `Planner` port. Takes a session with a target, or a
 * file of its statistics; gives plans under indexes that do not exist and without ones that do. The shadow is an
 * embedded PostgreSQL of the target's major version with its schema and statistics and none of its rows; hypopg
 * answers on the target where it is installed. Never runs a statement, never writes to the target.
 */
export { WHATIF_ERRORS } from './errors.ts';
export { createHypopgPlanner, type HypopgOptions } from './hypopg/planner.ts';
export { readMirrorFile, writeMirrorFile } from './mirror/mirror-file.ts';
export { type ReadMirrorOptions, readMirror } from './mirror/read-mirror.ts';
export { type MirrorSummary, summarizeMirror } from './mirror/summarize.ts';
export { WHATIF_SETTINGS } from './settings.ts';
export { type OpenShadowOptions, openShadow, type Shadow } from './shadow/open-shadow.ts';
export {
  type KeepPolicy,
  type OpenTargetShadowOptions,
  openTargetShadow,
} from './shadow/open-target-shadow.ts';
export { createShadowPlanner } from './shadow/shadow-planner.ts';
export {
  type Explained,
  explainStatement,
  type PlanningConnection,
} from './statements/explain-statement.ts';
export type {
  ColumnExtremes,
  ColumnStatistics,
  ExtendedStatistics,
  Mirror,
  MirrorDdl,
  MirrorGap,
  MirrorServer,
  RelationStatistics,
} from './types.ts';
export { readRepresentativeValues } from './values/read-values.ts';
