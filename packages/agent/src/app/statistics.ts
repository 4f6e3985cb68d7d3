import { type Clock, type ProgressListener, type Result, success } from '../kernel/index.ts';
import type { Session } from '../postgres/index.ts';
import {
  type MirrorSummary,
  readMirror,
  readMirrorFile,
  summarizeMirror,
  writeMirrorFile,
} from '../whatif/index.ts';

/** How statistics are written to a file. */
export interface ExportOptions {
  readonly file: string;
  /** Leaves values of rows out. */
  readonly isRedacted: boolean;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
}

/** What a file of statistics holds. */
export interface StatisticsFile extends MirrorSummary {
  readonly file: string;
  /** Null when it was read and not written. */
  readonly fileBytes: number | null;
}

/**
 * Reads schema, statistics and sizes of a target and writes them to a file, for planning elsewhere.
 * @returns what the file holds, or WHATIF.FILE_UNWRITABLE
 */
export async function exportStatistics(
  session: Session,
  options: ExportOptions,
): Promise<Result<StatisticsFile>> {
  const { file, ...reading } = options;
  const mirror = await readMirror(session, reading);
  const written = await writeMirrorFile(file, mirror);
  if (!written.ok) return written;
  return success({ file, fileBytes: written.value, ...summarizeMirror(mirror) });
}

/**
 * Says what a file of statistics holds.
 * @returns WHATIF.FILE_UNREADABLE, WHATIF.FILE_WRONG or WHATIF.FILE_TOO_NEW when it is none
 */
export async function describeStatistics(file: string): Promise<Result<StatisticsFile>> {
  const read = await readMirrorFile(file);
  return read.ok ? success({ file, fileBytes: null, ...summarizeMirror(read.value) }) : read;
}
