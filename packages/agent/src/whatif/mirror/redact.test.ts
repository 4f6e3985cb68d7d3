import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnStatistics, Mirror } from '../types.ts';
import { redactMirror } from './redact.ts';

const SECRET = 'hush-';

/** A mirror whose every value of a row carries the secret, and nothing else does. */
const mirrors: fc.Arbitrary<Mirror> = fc
  .record({
    word: fc.string({ minLength: 1, maxLength: 8 }).map((text) => `{${SECRET}${text}}`),
    frequency: fc.double({ min: 0, max: 1, noNaN: true }),
    columnsCount: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ word, frequency, columnsCount }) => {
    const values = {
      nullRatio: frequency,
      widthBytes: 8,
      distinct: -frequency,
      commonValues: word,
      commonFrequencies: [frequency],
      histogram: word,
      correlation: frequency,
      commonElements: word,
      commonElementFrequencies: [frequency],
      elementCountHistogram: [1, 2],
      rangeLengthHistogram: word,
      rangeEmptyRatio: frequency,
      rangeBoundsHistogram: word,
    };
    const columns = Array.from(
      { length: columnsCount },
      (_, index): ColumnStatistics => ({
        schema: 's',
        table: 't',
        column: `c${index}`,
        isInherited: false,
        ...values,
      }),
    );
    return {
      schema: 'pgsteward/mirror@1',
      takenAt: '2026-01-01T00:00:00.000Z',
      isRedacted: false,
      server: {
        versionNumber: 180_000,
        version: '18.0',
        database: 'd',
        encoding: 'UTF8',
        collation: { provider: 'libc', collate: 'C', ctype: 'C', locale: null },
        blockSizeBytes: 8192,
        searchPath: ['public'],
      },
      settings: { work_mem: '4096' },
      extensions: [],
      ddl: [],
      relations: [],
      columns,
      extended: [
        {
          schema: 's',
          name: 'x',
          table: { schema: 's', name: 't' },
          isInherited: false,
          columnsByNumber: { 1: 'c0', 2: 'c1' },
          distinct: '{"1, 2": 7}',
          dependencies: '{"1 => 2": 0.5}',
          commonValues: `{{${SECRET}a,${SECRET}b}}`,
          commonValueNulls: '{{f,f}}',
          commonFrequencies: [frequency],
          commonBaseFrequencies: [frequency],
          expressions: [{ expression: 'lower(c0)', ...values }],
        },
      ],
      extremes: columns.map(({ schema, table, column }) => ({
        schema,
        table,
        column,
        least: word,
        greatest: word,
      })),
      gaps: [],
    };
  });

describe('a redacted mirror', () => {
  it('holds no value of a row, wherever it stood', () => {
    fc.assert(
      fc.property(mirrors, (mirror) => {
        expect(JSON.stringify(mirror)).toContain(SECRET);
        expect(JSON.stringify(redactMirror(mirror))).not.toContain(SECRET);
      }),
    );
  });

  it('keeps counts, widths, frequencies and correlation, and says what is lost', () => {
    fc.assert(
      fc.property(mirrors, (mirror) => {
        const redacted = redactMirror(mirror);
        expect(redacted.isRedacted).toBe(true);
        expect(redacted.gaps.map(({ id }) => id)).toEqual(['whatif/redacted']);
        for (const [index, column] of redacted.columns.entries()) {
          const { nullRatio, widthBytes, distinct, commonFrequencies, correlation } =
            mirror.columns[index] ?? column;
          expect(column).toMatchObject({ nullRatio, widthBytes, distinct, commonFrequencies, correlation });
        }
        expect(redacted.extended[0]).toMatchObject({
          distinct: '{"1, 2": 7}',
          dependencies: '{"1 => 2": 0.5}',
        });
      }),
    );
  });

  it('is left as it is by a second pass', () => {
    fc.assert(
      fc.property(mirrors, (mirror) => {
        const once = redactMirror(mirror);
        expect(redactMirror(once)).toEqual(once);
      }),
    );
  });
});
