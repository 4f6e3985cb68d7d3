import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { failed, failure, fileErrorReason, type Result, success } from '../../kernel/index.ts';
import { loadParser } from '../../sql/index.ts';
import { WHATIF_ERRORS } from '../errors.ts';
import type { Mirror, MirrorDdl } from '../types.ts';
import { FORMAT, mirrorSchema } from './file-schema.ts';
import { gapAbout } from './gaps.ts';
import { isSchemaStatement } from './vet-ddl.ts';

/** Statistics hold values of rows: only their owner may read them. */
const PRIVATE = 0o600;

/** Longest text that Node can hold. */
const MAXIMUM_BYTES = 500 * 1024 * 1024;

/**
 * Writes a mirror to a file, compressed when its name ends in `.gz`, readable by its owner only. The file appears when it is whole.
 * @returns its size in bytes, or WHATIF.FILE_UNWRITABLE
 */
export async function writeMirrorFile(file: string, mirror: Mirror): Promise<Result<number>> {
  const draft = `${file}.${process.pid}.partial`;
  try {
    const target = createWriteStream(draft, { mode: PRIVATE, flags: 'wx' });
    const pieces = Readable.from(piecesOf(mirror));
    if (file.endsWith('.gz')) await pipeline(pieces, createGzip(), target);
    else await pipeline(pieces, target);
    await rename(draft, file);
    return success((await stat(file)).size);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    return failed(failure(WHATIF_ERRORS.FILE_UNWRITABLE, { file, reason: fileErrorReason(error) }, error));
  }
}

/** One element a line: ten thousand tables are more than one text can hold. */
function* piecesOf(mirror: Mirror): Generator<string> {
  let separator = '{\n';
  for (const [key, value] of Object.entries(mirror) as [string, unknown][]) {
    yield `${separator}${JSON.stringify(key)}: `;
    separator = ',\n';
    if (!Array.isArray(value)) {
      yield JSON.stringify(value);
      continue;
    }
    yield '[';
    for (const [index, element] of (value as readonly unknown[]).entries()) {
      yield `${index === 0 ? '' : ','}\n${JSON.stringify(element)}`;
    }
    yield ']';
  }
  yield '\n}\n';
}

/**
 * Reads a file that {@link writeMirrorFile} wrote. Statements in it that do more than make a schema are left out and said in the gaps.
 * @returns WHATIF.FILE_UNREADABLE, WHATIF.FILE_WRONG or WHATIF.FILE_TOO_NEW
 */
export async function readMirrorFile(file: string): Promise<Result<Mirror>> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    return failed(failure(WHATIF_ERRORS.FILE_UNREADABLE, { file, reason: fileErrorReason(error) }, error));
  }
  const wrong = (reason: string, cause?: unknown): Result<Mirror> =>
    failed(failure(WHATIF_ERRORS.FILE_WRONG, { file, reason }, cause));
  let parsed: unknown;
  try {
    parsed = JSON.parse(uncompressed(content).toString('utf8'));
  } catch (error) {
    return wrong(`it cannot be read as JSON: ${messageOf(error)}`, error);
  }
  const found = formatOf(parsed);
  if (found === null) return wrong('it does not say that it is one');
  if (found > Number(FORMAT.split('@')[1])) {
    return failed(
      failure(WHATIF_ERRORS.FILE_TOO_NEW, { file, found: `pgsteward/mirror@${found}`, known: FORMAT }),
    );
  }
  const mirror = mirrorSchema.safeParse(parsed);
  if (mirror.success) return success(await vetted(mirror.data));
  const [issue] = mirror.error.issues;
  return wrong(`${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'has another shape'}`);
}

function uncompressed(content: Buffer): Buffer {
  const isCompressed = content[0] === 0x1f && content[1] === 0x8b;
  return isCompressed ? gunzipSync(content, { maxOutputLength: MAXIMUM_BYTES }) : content;
}

function formatOf(parsed: unknown): number | null {
  const schema =
    typeof parsed === 'object' && parsed !== null && 'schema' in parsed ? String(parsed.schema) : '';
  const number = /^pgsteward\/mirror@(\d+)$/.exec(schema)?.[1];
  return number === undefined ? null : Number(number);
}

async function vetted(mirror: Mirror): Promise<Mirror> {
  await loadParser();
  const refused: MirrorDdl[] = [];
  const ddl = mirror.ddl.filter((statement) => {
    const isAllowed = isSchemaStatement(statement.sql);
    if (!isAllowed) refused.push(statement);
    return isAllowed;
  });
  const gaps = gapAbout('statement-refused', refused, (names) => ({
    reason: `the file's statements for ${names} do more than make a schema, or cannot be parsed: they are not run`,
    remedy: 'export the statistics again, from a server and with a pgsteward that you trust',
  }));
  return { ...mirror, ddl, gaps: [...mirror.gaps, ...gaps] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
