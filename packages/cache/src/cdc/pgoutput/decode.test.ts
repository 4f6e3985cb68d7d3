import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CacheError } from '../../errors.ts';
import { decodePgoutput } from './decode.ts';
import { createFieldReader } from './reader.ts';
import type { Tuple, TupleValue } from './types.ts';

const relation = Buffer.concat([
  Buffer.from('R'),
  u32(16_385),
  Buffer.from('public\0product\0d'),
  u16(2),
  Buffer.from('\x01id\0'),
  u32(23),
  u32(0xffff_ffff),
  Buffer.from('\0name\0'),
  u32(25),
  u32(0xffff_ffff),
]);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const value = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);

function tuple(values: readonly (string | null | undefined)[]): Buffer {
  const parts = values.map((one) => {
    if (one === null) return Buffer.from('n');
    if (one === undefined) return Buffer.from('u');
    const bytes = Buffer.from(one);
    return Buffer.concat([Buffer.from('t'), u32(bytes.length), bytes]);
  });
  return Buffer.concat([u16(values.length), ...parts]);
}

describe('a message of pgoutput', () => {
  it('describes a table', () => {
    expect(decodePgoutput(createFieldReader(relation))).toEqual({
      kind: 'relation',
      oid: 16_385,
      schema: 'public',
      name: 'product',
      identity: 'd',
      columns: [
        { name: 'id', isKey: true, typeOid: 23, typeModifier: -1 },
        { name: 'name', isKey: false, typeOid: 25, typeModifier: -1 },
      ],
    });
  });

  it('gives the rows back that it was made of', () => {
    const rows = fc.array(value, { maxLength: 8 });
    const oids = fc.integer({ min: 1, max: 0xffff_ffff });
    fc.assert(
      fc.property(oids, rows, fc.option(rows), fc.constantFrom('K', 'O'), (oid, row, old, letter) => {
        const before = old === null ? [] : [Buffer.from(letter), tuple(old)];
        const bytes = Buffer.concat([Buffer.from('U'), u32(oid), ...before, Buffer.from('N'), tuple(row)]);
        const message = decodePgoutput(createFieldReader(bytes));
        expect(message).toMatchObject({ kind: 'update', oid });
        if (message.kind !== 'update') return;
        const values = (one: Tuple): readonly TupleValue[] =>
          Array.from({ length: one.length }, (_, place) => one.value(place));
        expect(values(message.row)).toEqual(row);
        expect(message.old === null ? null : values(message.old)).toEqual(old);
      }),
    );
  });

  it('that is cut off, too long or of no known type is an error of the catalogue, never a guess', () => {
    for (let length = 0; length < relation.length; length += 1) {
      expect(() => decodePgoutput(createFieldReader(relation.subarray(0, length)))).toThrow(CacheError);
    }
    expect(() => decodePgoutput(createFieldReader(Buffer.concat([relation, Buffer.from('x')])))).toThrow(
      /too many/,
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodePgoutput(createFieldReader(Buffer.from(bytes)));
        } catch (error) {
          expect(error).toMatchObject({ code: 'CDC.UNREADABLE_STREAM' });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
