import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';
import type { TagVersion } from '../l2/types.ts';
import { asBuffer } from './bytes.ts';

/** A value as it lies in the shared store: a line of facts, a line of tags, the bytes of the codec. */
export interface Envelope {
  readonly codec: string;
  /** When its load began, in milliseconds of the store's clock. */
  readonly loadedAtMs: number;
  /** Until when it is fresh. */
  readonly softMs: number;
  /** Until when it may be given. */
  readonly hardMs: number;
  readonly loadMs: number;
  /** What the loader saw of the write-ahead log; 0 where it did not say. */
  readonly lsn: bigint;
  /** The namespace's version and one for each tag, read before the load. */
  readonly versions: readonly TagVersion[];
  /** JSON of the tags. */
  readonly tags: string;
  readonly body: Uint8Array;
}

const MAGIC = 'pgc1';
const LINE_END = 0x0a;
const compress = promisify(brotliCompress);

/** Writes an envelope; a body above the threshold is compressed. */
export async function sealEnvelope(envelope: Envelope, compressAboveBytes: number): Promise<Uint8Array> {
  const { body } = envelope;
  const isCompressed = body.byteLength > compressAboveBytes;
  const packed = isCompressed
    ? await compress(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })
    : body;
  const { codec, loadedAtMs, softMs, hardMs, loadMs, lsn, versions, tags } = envelope;
  const facts = [
    MAGIC,
    codec,
    isCompressed ? 'br' : '-',
    Math.round(loadedAtMs),
    Math.round(softMs),
    Math.round(hardMs),
    loadMs.toFixed(2),
    lsn,
    versions.join(','),
  ];
  return Buffer.concat([Buffer.from(`${facts.join(' ')}\n${tags}\n`), packed]);
}

/**
 * Reads an envelope.
 * @param maximumBytes what the body may unpack to
 * @returns null where the bytes are nobody's of ours, or damaged
 */
export function openEnvelope(bytes: Uint8Array, maximumBytes: number): Envelope | null {
  const buffer = asBuffer(bytes);
  const factsEnd = buffer.indexOf(LINE_END);
  const tagsEnd = factsEnd < 0 ? -1 : buffer.indexOf(LINE_END, factsEnd + 1);
  if (tagsEnd < 0) return null;
  const facts = buffer.toString('latin1', 0, factsEnd).split(' ');
  const [magic, codec = '', packing, loadedAt, soft, hard, load, lsn = '', versions = ''] = facts;
  if (magic !== MAGIC || facts.length !== 9 || !/^\d+$/.test(lsn)) return null;
  const packed = buffer.subarray(tagsEnd + 1);
  const body = packing === 'br' ? unpack(packed, maximumBytes) : packed;
  if (body === null) return null;
  return {
    codec,
    loadedAtMs: Number(loadedAt),
    softMs: Number(soft),
    hardMs: Number(hard),
    loadMs: Number(load),
    lsn: lsn === '0' ? 0n : BigInt(lsn),
    versions: versions.split(',').map(Number),
    tags: buffer.toString('utf8', factsEnd + 1, tagsEnd),
    body,
  };
}

function unpack(packed: Buffer, maxOutputLength: number): Buffer | null {
  try {
    return brotliDecompressSync(packed, { maxOutputLength });
  } catch {
    return null;
  }
}
