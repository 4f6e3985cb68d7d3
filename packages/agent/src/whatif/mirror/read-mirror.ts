import type { Clock, ProgressListener } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { Mirror } from '../types.ts';
import { readColumns } from './read-columns.ts';
import { DDL_PARTS, readDdl } from './read-ddl.ts';
import { readExtended } from './read-extended.ts';
import { readExtremes } from './read-extremes.ts';
import { noteHidden, readRelations, toRelation } from './read-relations.ts';
import { readServer } from './read-server.ts';
import { readTreeHeights } from './read-tree-heights.ts';
import { noteUnmirrored } from './read-unmirrored.ts';
import { beginReading } from './reading.ts';
import { redactMirror } from './redact.ts';

/** How a mirror is taken. */
export interface ReadMirrorOptions {
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  /** Leaves out values of rows; the ends of columns are then not even read. */
  readonly isRedacted?: boolean;
}

/** Steps beside the parts of the schema: server, relations, columns, heights, extended, extremes. */
const OTHER_STEPS = 6;

/**
 * Reads all that the planner needs to know of a target: catalogues only, but for the ends of indexed columns. What cannot be read
 * becomes a gap.
 * @throws POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
 */
export async function readMirror(session: Session, options: ReadMirrorOptions): Promise<Mirror> {
  const { clock, onProgress, isRedacted = false } = options;
  let done = 0;
  const step = (): void => {
    onProgress({ task: 'reading statistics', done, total: DDL_PARTS + OTHER_STEPS, unit: 'parts' });
    done += 1;
  };
  step();
  const takenAt = clock.now().toISOString();
  const reading = await beginReading(session);
  const { server, settings, statisticsFunctions } = await readServer(reading);
  step();
  const relations = await readRelations(reading);
  step();
  const names = relations.filter(({ hasStatistics }) => hasStatistics).map(({ name }) => name);
  const columns = await readColumns(reading, names, statisticsFunctions.includes('column_statistics'));
  const seen = new Set(columns.map(({ schema, table }) => JSON.stringify([schema, table])));
  noteHidden(reading, relations, seen);
  step();
  const heights = await readTreeHeights(reading, clock, { columns, settings });
  step();
  const extended = await readExtended(reading, statisticsFunctions);
  step();
  const extremes = isRedacted ? [] : await readExtremes(reading, clock, columns);
  step();
  const ddl = await readDdl(reading, step);
  await noteUnmirrored(reading);
  const mirror: Mirror = {
    schema: 'pgsteward/mirror@1',
    takenAt,
    isRedacted: false,
    server,
    settings,
    extensions: session.capabilities.extensions,
    ddl,
    relations: relations.map((relation) => toRelation(relation, heights)),
    columns,
    extended,
    extremes,
    gaps: reading.gaps,
  };
  return isRedacted ? redactMirror(mirror) : mirror;
}
