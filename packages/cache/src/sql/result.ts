import type { CustomTypesConfig, FieldDef } from 'pg';
import { CACHE_ERRORS, failure } from '../errors.ts';
import type { Codec } from '../value/codec.ts';
import type { SqlField, SqlResult, SqlRow } from './types.ts';

/** A result as PostgreSQL's text, which loses nothing; the types of each reader make values of it. */
export type TextResult = SqlResult<readonly (string | null)[]>;

/** A result as readers get it. */
export type Result = SqlResult<SqlRow>;

/** Makes results of text, and keeps them as that. */
export interface ResultCodec extends Codec<Result> {
  /** Makes values of a text that was loaded. */
  open(text: TextResult): Result;
}

/** Takes from node-postgres' result what a result is. */
export function textResult(
  given: Omit<TextResult, 'fields'> & { readonly fields: readonly FieldDef[] },
): TextResult {
  const fields = given.fields.map(
    ({ name, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier, format }) => {
      return { name, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier, format };
    },
  );
  return { command: given.command, rowCount: given.rowCount, fields, rows: given.rows };
}

/**
 * Keeps results as text. What is decoded is shared where all of it is frozen; a date or bytes cannot be, so that each
 * reader gets its own.
 */
export function createResultCodec(types: CustomTypesConfig): ResultCodec {
  const texts = new WeakMap<Result, TextResult>();
  const frozen = new WeakMap<Uint8Array, boolean>();
  const decode = (bytes: Uint8Array): Result => {
    const { result, isFrozen } = parseResult(JSON.parse(Buffer.from(bytes).toString('utf8')), types);
    frozen.set(bytes, isFrozen);
    return result;
  };
  return {
    name: 'pg-text',
    open(text) {
      const { result } = parseResult(text, types);
      texts.set(result, text);
      return result;
    },
    encode(result) {
      const text = texts.get(result);
      if (text !== undefined) return Buffer.from(JSON.stringify(text));
      throw failure(CACHE_ERRORS.UNSERIALISABLE, { path: 'value', what: 'no result of this cache' });
    },
    decode,
    isShareable(bytes) {
      if (!frozen.has(bytes)) decode(bytes);
      return frozen.get(bytes) === true;
    },
  };
}

type Parse = (text: string) => unknown;

/** A result and whether all that is in it could be frozen. */
interface Parsed {
  readonly result: Result;
  readonly isFrozen: boolean;
}

/** Makes values of a result's text; rows and what they hold are frozen. */
function parseResult({ command, rowCount, fields, rows }: TextResult, types: CustomTypesConfig): Parsed {
  const columns = fields.map(({ name, dataTypeID }) => {
    return { name, parse: types.getTypeParser(dataTypeID, 'text') as Parse };
  });
  let isFrozen = true;
  const parsed = rows.map((cells) => {
    const row: Record<string, unknown> = {};
    for (const [index, { name, parse }] of columns.entries()) {
      const cell = cells[index] ?? null;
      const value = cell === null ? null : parse(cell);
      if (!freeze(value)) isFrozen = false;
      row[name] = value;
    }
    return Object.freeze(row);
  });
  const result = { command, rowCount, fields: freezeFields(fields), rows: Object.freeze(parsed) };
  return { result: Object.freeze(result), isFrozen };
}

function freezeFields(fields: readonly SqlField[]): readonly SqlField[] {
  return Object.freeze(fields.map((field) => Object.freeze({ ...field })));
}

/** Freezes lists and plain objects deeply. @returns whether nothing is left that could be changed */
function freeze(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return false;
  let isFrozen = true;
  for (const part of Object.values(value)) if (!freeze(part)) isFrozen = false;
  Object.freeze(value);
  return isFrozen;
}
