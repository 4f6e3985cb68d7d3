import { deserialize, serialize } from 'node:v8';
import { CACHE_ERRORS, failure } from '../errors.ts';
import { asBuffer } from './bytes.ts';
import type { Codec } from './codec.ts';

/** First byte of V8's format; no JSON text begins with it. */
const V8_MARK = 0xff;

/**
 * JSON where that loses nothing, V8's format where it would: dates, maps, sets, bytes, bigint, NaN, cycles. A property
 * that is undefined counts as absent. What neither can keep is refused.
 */
export const automaticCodec: Codec<unknown> = {
  name: 'auto',
  encode(value) {
    try {
      const isJson = survey(value, 'value', new Set());
      return isJson ? Buffer.from(JSON.stringify(value)) : serialize(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw refuse('value', 'nested too deeply', error);
    }
  },
  decode(bytes) {
    if (bytes[0] === V8_MARK) return deserialize(bytes);
    return freezeDeeply(JSON.parse(asBuffer(bytes).toString('utf8')));
  },
  isShareable: (bytes) => bytes[0] !== V8_MARK,
};

/** Looks at every part of a value. @returns whether JSON keeps all of it @throws CACHE.UNSERIALISABLE */
function survey(value: unknown, path: string, seen: Set<object>): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'undefined':
    case 'bigint':
      return false;
    case 'function':
    case 'symbol':
      throw refuse(path, `a ${typeof value}`);
    case 'object':
      return value === null || surveyObject(value, path, seen);
  }
}

function surveyObject(value: object, path: string, seen: Set<object>): boolean {
  // Met twice: JSON would write it twice, or for ever.
  if (seen.has(value)) return false;
  seen.add(value);
  if (Array.isArray(value)) return everyPart(value, (_, index) => `${path}[${index}]`, seen);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return surveyProperties(value, path, seen);
  if (value instanceof Map) {
    everyPart([...value.keys(), ...value.values()], () => `${path}.<map>`, seen);
    return false;
  }
  if (value instanceof Set) {
    everyPart([...value], () => `${path}.<set>`, seen);
    return false;
  }
  if (prototype === Date.prototype || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return false;
  throw refuse(path, `an instance of ${value.constructor?.name || 'a class'}`);
}

function surveyProperties(value: object, path: string, seen: Set<object>): boolean {
  let isJson = true;
  for (const [name, part] of Object.entries(value)) {
    if (part !== undefined && !survey(part, `${path}.${name}`, seen)) isJson = false;
  }
  return isJson;
}

function everyPart(
  parts: readonly unknown[],
  pathOf: (part: unknown, index: number) => string,
  seen: Set<object>,
): boolean {
  let isJson = true;
  parts.forEach((part, index) => {
    // A primitive needs no path, and most parts are.
    const path = typeof part === 'object' || typeof part === 'function' ? pathOf(part, index) : '';
    if (!survey(part, path, seen)) isJson = false;
  });
  return isJson;
}

/** Loops by hand: on the path of every hit in the shared store, and a list of values would be made for each object. */
function freezeDeeply<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) for (const part of value) freezeDeeply(part);
  // It comes from JSON: every property is its own.
  else for (const name in value) freezeDeeply(value[name]);
  return Object.freeze(value);
}

function refuse(path: string, what: string, cause?: unknown): Error {
  return failure(CACHE_ERRORS.UNSERIALISABLE, { path, what }, cause);
}
