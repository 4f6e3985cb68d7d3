import { failure } from '../../errors.ts';
import { CDC_ERRORS } from '../errors.ts';

/** Reads the fields of one message, in order; each method throws CDC.UNREADABLE_STREAM where the message is too short. */
export interface FieldReader {
  readonly message: Buffer;
  /** Bytes that were read. */
  readonly position: number;
  int8(): number;
  int16(): number;
  int32(): number;
  /** Unsigned: an OID, a transaction, a length. */
  uint32(): number;
  int64(): bigint;
  /** One ASCII letter. */
  letter(): string;
  /** Up to the next zero byte. */
  text(): string;
  /** Passes over what nobody asks for. */
  skip(length: number): void;
  /** Shares memory with the message. */
  bytes(length: number): Buffer;
  /** Checks that nothing is left. @throws CDC.UNREADABLE_STREAM */
  end(): void;
}

/** Creates a reader. */
export function createFieldReader(message: Buffer): FieldReader {
  return new MessageFields(message);
}

/** A class: thousands are made in a second, and closures for each would be most of the work. */
class MessageFields implements FieldReader {
  readonly message: Buffer;
  #at = 0;

  constructor(message: Buffer) {
    this.message = message;
  }

  get position(): number {
    return this.#at;
  }

  int8(): number {
    return this.message.readInt8(this.#take(1));
  }

  int16(): number {
    return this.message.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.message.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.message.readUInt32BE(this.#take(4));
  }

  int64(): bigint {
    return this.message.readBigUInt64BE(this.#take(8));
  }

  letter(): string {
    return String.fromCharCode(this.message.readUInt8(this.#take(1)));
  }

  text(): string {
    const zero = this.message.indexOf(0, this.#at);
    const begin = this.#take((zero === -1 ? this.message.length : zero) - this.#at + 1);
    return this.message.toString('utf8', begin, zero);
  }

  skip(length: number): void {
    this.#take(length);
  }

  bytes(length: number): Buffer {
    const begin = this.#take(length);
    return this.message.subarray(begin, begin + length);
  }

  end(): void {
    if (this.#at === this.message.length) return;
    const what = `a message has ${this.message.length - this.#at} bytes too many`;
    throw failure(CDC_ERRORS.UNREADABLE_STREAM, { what });
  }

  #take(length: number): number {
    const begin = this.#at;
    if (length < 0 || begin + length > this.message.length) {
      const what = `a message of ${this.message.length} bytes is cut off`;
      throw failure(CDC_ERRORS.UNREADABLE_STREAM, { what });
    }
    this.#at += length;
    return begin;
  }
}
