import { failure } from '../../errors.ts';
import { CDC_ERRORS } from '../errors.ts';
import { createFieldReader, type FieldReader } from './reader.ts';
import type {
  PgoutputMessage,
  RelationColumn,
  RelationMessage,
  ReplicaIdentity,
  Tuple,
  TupleValue,
} from './types.ts';

/**
 * Decodes one message of pgoutput, version 1, as it stands in an XLogData frame.
 * @throws CDC.UNREADABLE_STREAM
 * @source PostgreSQL docs, "Logical Replication Message Formats"
 */
export function decodePgoutput(bytes: Buffer): PgoutputMessage {
  const reader = createFieldReader(bytes);
  const letter = reader.letter();
  const decode = DECODERS[letter];
  if (decode === undefined) throw unreadable(`a message of type "${letter}"`);
  const message = decode(reader);
  reader.end();
  return message;
}

const DECODERS: Readonly<Record<string, (reader: FieldReader) => PgoutputMessage>> = {
  B(reader) {
    const finalLsn = reader.int64();
    // Time of the commit.
    reader.int64();
    return { kind: 'begin', finalLsn, xid: reader.uint32() };
  },
  C(reader) {
    reader.int8();
    const [lsn, endLsn] = [reader.int64(), reader.int64()];
    reader.int64();
    return { kind: 'commit', lsn, endLsn };
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

function decodeTuple(reader: FieldReader): Tuple {
  const values: TupleValue[] = [];
  for (let left = reader.int16(); left > 0; left -= 1) values.push(decodeValue(reader));
  return values;
}

function decodeValue(reader: FieldReader): TupleValue {
  const letter = reader.letter();
  if (letter === 'n') return null;
  if (letter === 'u') return undefined;
  expectLetter(letter, 'tb');
  return reader.bytes(reader.uint32());
}

function expectLetter(letter: string, known: string): void {
  if (letter.length !== 1 || !known.includes(letter)) throw unreadable(`"${letter}" in place of ${known}`);
}

function unreadable(what: string): Error {
  return failure(CDC_ERRORS.UNREADABLE_STREAM, { what });
}
