import { failure } from '../../errors.ts';
import { CDC_ERRORS } from '../errors.ts';
import { createFieldReader, type FieldReader } from '../pgoutput/reader.ts';

/** What a server sends while it replicates. @source PostgreSQL docs, "Streaming Replication Protocol" */
export type ReplicationFrame =
  /** The reader stands at the one message that the frame holds. */
  | { readonly kind: 'data'; readonly beginLsn: bigint; readonly payload: FieldReader }
  /** All that the log holds before `endLsn` was sent already, as far as it is for this slot. */
  | { readonly kind: 'keepalive'; readonly endLsn: bigint; readonly wantsReply: boolean };

/** Decodes the body of a CopyData message. @throws CDC.UNREADABLE_STREAM */
export function decodeFrame(chunk: Buffer): ReplicationFrame {
  const reader = createFieldReader(chunk);
  const letter = reader.letter();
  if (letter === 'w') {
    const beginLsn = reader.int64();
    // The end of the server's log, and its clock.
    reader.skip(16);
    return { kind: 'data', beginLsn, payload: reader };
  }
  if (letter === 'k') {
    const endLsn = reader.int64();
    reader.skip(8);
    return { kind: 'keepalive', endLsn, wantsReply: reader.int8() === 1 };
  }
  throw failure(CDC_ERRORS.UNREADABLE_STREAM, { what: `a frame of type "${letter}"` });
}

const STATUS_BYTES = 34;
/** PostgreSQL counts from the year 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * Encodes a standby status update: everything before `confirmedLsn` need never be sent again.
 * @param nowMs milliseconds since 1970
 * @param wantsReply whether the server shall answer with a keepalive at once
 */
export function encodeStatus(confirmedLsn: bigint, nowMs: number, wantsReply: boolean): Buffer {
  const frame = Buffer.alloc(STATUS_BYTES);
  frame.write('r', 0, 'latin1');
  // Written, flushed and applied are one here: only what the store has confirmed counts.
  for (const at of [1, 9, 17]) frame.writeBigUInt64BE(confirmedLsn, at);
  frame.writeBigInt64BE(BigInt(Math.floor(nowMs) - EPOCH_MS) * 1_000n, 25);
  frame.writeInt8(wantsReply ? 1 : 0, 33);
  return frame;
}
