import { failure } from '../../errors.ts';
import { CDC_ERRORS } from '../errors.ts';
import type { FieldReader } from './reader.ts';
import type {
  PgoutputMessage,
  RelationColumn,
  RelationMessage,
  ReplicaIdentity,
  Tuple,
  TupleValue,
} from './types.ts';

/**
 * Decodes one message of pgoutput, version 1, as it stands in the rest of an XLogData frame.
 * @throws CDC.UNREADABLE_STREAM
 * @source PostgreSQL docs, "Logical Replication Message Formats"
 */
export function decodePgoutput(reader: FieldReader): PgoutputMessage {
  const letter = reader.letter();
  const decode = DECODERS[letter];
  if (decode === undefined) throw unreadable(`a message of type "${letter}"`);
  const message = decode(reader);
  reader.end();
  return message;
}

const DECODERS: Readonly<Record<string, (reader: FieldReader) => PgoutputMessage>> = {
  B(reader) {
    // Where its commit begins, and when that was.
    reader.skip(16);
    return { kind: 'begin', xid: reader.uint32() };
  },
  C(reader) {
    // Flags, and where the commit begins.
    reader.skip(9);
    const endLsn = reader.int64();
    reader.skip(8);
    return { kind: 'commit', endLsn };
  },
  O: (reader) => ({ kind: 'origin', lsn: reader.int64(), name: reader.text() }),
  R: decodeRelation,
  Y: (reader) => ({ kind: 'type', oid: reader.uint32(), schema: reader.text(), name: reader.text() }),
  I(reader) {
    const oid = reader.uint32();
    expectLetter(reader.letter(), 'N');
    return { kind: 'insert', oid, row: decodeTuple(reader) };
  },
  U(reader) {
    const oid = reader.uint32();
    const first = reader.letter();
    if (first === 'N') return { kind: 'update', oid, old: null, row: decodeTuple(reader) };
    expectLetter(first, 'KO');
    const old = decodeTuple(reader);
    expectLetter(reader.letter(), 'N');
    return { kind: 'update', oid, old, row: decodeTuple(reader) };
  },
  D(reader) {
    const oid = reader.uint32();
    expectLetter(reader.letter(), 'KO');
    return { kind: 'delete', oid, old: decodeTuple(reader) };
  },
  T(reader) {
    const count = reader.uint32();
    reader.int8();
    return { kind: 'truncate', oids: Array.from({ length: count }, () => reader.uint32()) };
  },
  M(reader) {
    const isTransactional = (reader.int8() & 1) === 1;
    const [lsn, prefix] = [reader.int64(), reader.text()];
    return { kind: 'message', isTransactional, lsn, prefix, content: reader.bytes(reader.uint32()) };
  },
};

function decodeRelation(reader: FieldReader): RelationMessage {
  const [oid, schema, name] = [reader.uint32(), reader.text(), reader.text()];
  const identity = reader.letter();
  expectLetter(identity, 'difn');
  const columns = Array.from({ length: reader.int16() }, (): RelationColumn => {
    const isKey = (reader.int8() & 1) === 1;
    return { name: reader.text(), isKey, typeOid: reader.uint32(), typeModifier: reader.int32() };
  });
  return { kind: 'relation', oid, schema, name, identity: identity as ReplicaIdentity, columns };
}

/** Passes over the values, and remembers where they are. */
function decodeTuple(reader: FieldReader): Tuple {
  const places: number[] = [];
  for (let left = reader.int16(); left > 0; left -= 1) {
    places.push(reader.position);
    const letter = reader.letter();
    if (letter === 'n' || letter === 'u') continue;
    expectLetter(letter, 'tb');
    reader.skip(reader.uint32());
  }
  return new TupleInPlace(reader.message, places);
}

class TupleInPlace implements Tuple {
  readonly #message: Buffer;
  readonly #places: readonly number[];

  constructor(message: Buffer, places: readonly number[]) {
    this.#message = message;
    this.#places = places;
  }

  get length(): number {
    return this.#places.length;
  }

  value(place: number): TupleValue {
    const at = this.#places[place];
    if (at === undefined) return undefined;
    const letter = String.fromCharCode(this.#message.readUInt8(at));
    if (letter === 'u') return undefined;
    if (letter === 'n') return null;
    const begin = at + VALUE_HEADER_BYTES;
    return this.#message.toString('utf8', begin, begin + this.#message.readUInt32BE(at + 1));
  }
}

/** Its letter and its length. */
const VALUE_HEADER_BYTES = 5;

function expectLetter(letter: string, known: string): void {
  if (letter.length !== 1 || !known.includes(letter)) throw unreadable(`"${letter}" in place of ${known}`);
}

function unreadable(what: string): Error {
  return failure(CDC_ERRORS.UNREADABLE_STREAM, { what });
}
