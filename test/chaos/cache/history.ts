import { createReadStream, createWriteStream } from 'node:fs';

/** One commit of one row. All times of a history are milliseconds of the machine's monotonic clock. */
export interface Write {
  readonly row: number;
  /** Rises with each write of the row; the row begins with 0. */
  readonly version: number;
  readonly beganMs: number;
  /** When the commit was confirmed, so that everybody sees it; infinity where it never was. */
  readonly endedMs: number;
  /** End of the log, read after that. */
  readonly lsn: number;
}

/** One read of one row. */
export interface Read {
  readonly row: number;
  readonly beganMs: number;
  readonly endedMs: number;
  /** Who asked. */
  readonly tenant: number;
  /** Whose row was given; {@link NONE} where none was. */
  readonly seenTenant: number;
  /** Version that was given; {@link NONE} where no row was. */
  readonly version: number;
  /** Bound that was asked for; {@link NONE} for no such bound. */
  readonly maxStalenessMs: number;
  readonly minLsn: number;
}

export const NONE = -1;

/** The machine's monotonic clock: the same for all its processes, and set by nobody. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const WRITE_FIELDS = ['row', 'version', 'beganMs', 'endedMs', 'lsn'] as const satisfies (keyof Write)[];
const READ_FIELDS = [
  'row',
  'beganMs',
  'endedMs',
  'tenant',
  'seenTenant',
  'version',
  'maxStalenessMs',
  'minLsn',
] as const satisfies (keyof Read)[];

/** A file of records that grows: eight bytes a number, so that a million reads are 64 MB on disk and none in memory. */
export interface Journal<T> {
  append(record: T): void;
  close(): Promise<void>;
}

/** Opens the journal of what one process wrote. */
export function openWrites(file: string): Journal<Write> {
  return openJournal(file, WRITE_FIELDS);
}

/** Opens the journal of what one process read. */
export function openReads(file: string): Journal<Read> {
  return openJournal(file, READ_FIELDS);
}

/** Gives what a process wrote. */
export function readWrites(file: string): AsyncGenerator<Write> {
  return readJournal<Write>(file, WRITE_FIELDS);
}

/** Gives what a process read, one after the other. */
export function readReads(file: string): AsyncGenerator<Read> {
  return readJournal<Read>(file, READ_FIELDS);
}

const RECORDS_PER_CHUNK = 1_000;

function openJournal<K extends string>(
  file: string,
  fields: readonly K[],
): Journal<Readonly<Record<K, number>>> {
  const stream = createWriteStream(file);
  let chunk = new Float64Array(fields.length * RECORDS_PER_CHUNK);
  let used = 0;
  const flush = (): void => {
    stream.write(Buffer.from(chunk.buffer, 0, used * Float64Array.BYTES_PER_ELEMENT));
    chunk = new Float64Array(chunk.length);
    used = 0;
  };
  return {
    append(record) {
      for (const field of fields) {
        chunk[used] = record[field];
        used += 1;
      }
      if (used === chunk.length) flush();
    },
    close() {
      flush();
      return new Promise((resolve) => stream.end(resolve));
    },
  };
}

async function* readJournal<T>(file: string, fields: readonly (keyof T & string)[]): AsyncGenerator<T> {
  const recordBytes = fields.length * Float64Array.BYTES_PER_ELEMENT;
  const highWaterMark = recordBytes * RECORDS_PER_CHUNK;
  for await (const bytes of createReadStream(file, { highWaterMark }) as AsyncIterable<Buffer>) {
    for (let offset = 0; offset + recordBytes <= bytes.length; offset += recordBytes) {
      const values = fields.map((field, index) => [
        field,
        bytes.readDoubleLE(offset + index * Float64Array.BYTES_PER_ELEMENT),
      ]);
      // Every field of a record is a number.
      yield Object.fromEntries(values) as T;
    }
  }
}
