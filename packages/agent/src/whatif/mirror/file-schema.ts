import * as z from 'zod';
import type { Mirror } from '../types.ts';

/** Name of the format; the number rises when a reader of the last one could not read it. */
export const FORMAT = 'pgsteward/mirror@1';

const text = z.string();
const texts = text.nullable();
const numbers = z.array(z.number()).nullable();
const named = z.object({ schema: text, name: text });

const values = {
  nullRatio: z.number(),
  widthBytes: z.number(),
  distinct: z.number(),
  commonValues: texts,
  commonFrequencies: numbers,
  histogram: texts,
  correlation: z.number().nullable(),
  commonElements: texts,
  commonElementFrequencies: numbers,
  elementCountHistogram: numbers,
  rangeLengthHistogram: texts,
  rangeEmptyRatio: z.number().nullable(),
  rangeBoundsHistogram: texts,
} as const;

const server = z.object({
  versionNumber: z.int().min(140_000),
  version: text,
  database: text,
  encoding: text,
  collation: z.object({
    provider: z.enum(['libc', 'icu', 'builtin']),
    collate: text,
    ctype: text,
    locale: texts,
  }),
  blockSizeBytes: z.int().positive(),
  searchPath: z.array(text),
});

const kinds = [
  'schema',
  'extension',
  'collation',
  'type',
  'function',
  'operator',
  'text-search',
  'sequence',
  'table',
  'attach',
  'constraint',
  'index',
  'statistics',
  'view',
] as const;

const relation = z.object({
  schema: text,
  name: text,
  kind: z.enum(['r', 'm', 'p', 'i', 'I']),
  method: texts,
  pages: z.int(),
  rows: z.number(),
  allVisiblePages: z.int(),
  allFrozenPages: z.int().nullable(),
  fileBlocks: z.int().min(0).nullable(),
  treeHeight: z.int().min(0).max(12).nullable(),
  table: named.nullable(),
});

const extended = z.object({
  schema: text,
  name: text,
  table: named,
  isInherited: z.boolean(),
  columnsByNumber: z.record(text, text),
  distinct: texts,
  dependencies: texts,
  commonValues: texts,
  commonValueNulls: texts,
  commonFrequencies: numbers,
  commonBaseFrequencies: numbers,
  expressions: z.array(z.object({ expression: text, ...values })),
});

/** Shape of a file of statistics. */
export const mirrorSchema: z.ZodType<Mirror> = z.object({
  schema: z.literal(FORMAT),
  takenAt: z.iso.datetime(),
  isRedacted: z.boolean(),
  server,
  settings: z.record(text, text),
  extensions: z.array(z.object({ name: text, schema: text, version: text })),
  ddl: z.array(
    z.object({ kind: z.enum(kinds), sql: text, schema: text, name: text, table: named.nullable() }),
  ),
  relations: z.array(relation),
  columns: z.array(
    z.object({ schema: text, table: text, column: text, isInherited: z.boolean(), ...values }),
  ),
  extended: z.array(extended),
  extremes: z.array(z.object({ schema: text, table: text, column: text, least: texts, greatest: texts })),
  gaps: z.array(z.object({ id: text, reason: text, remedy: text, subject: named.nullable() })),
});
