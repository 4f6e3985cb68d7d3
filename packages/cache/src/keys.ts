import { hash } from 'node:crypto';
import { CACHE_ERRORS, failure } from './errors.ts';
import type { CacheKey } from './types.ts';

/** Longer ids are kept as their hash, so that hostile keys fill no memory. */
const LONGEST_ID = 256;
const ENCODED = '\u0000';
const HASHED = '\u0001';

/**
 * Gives the id of a key: the key itself where it is a short string, which costs nothing; else something that no other key
 * has. @throws CACHE.INVALID_KEY
 */
export function keyId(key: CacheKey): string {
  // An empty string gives NaN, which is not above 1.
  if (typeof key === 'string' && key.length <= LONGEST_ID && key.charCodeAt(0) > 1) return key;
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
  if (parts.length === 0) throw failure(CACHE_ERRORS.INVALID_KEY, { reason: 'a list without parts' });
  const text = ENCODED + (Array.isArray(key) ? 'l' : 'k') + parts.map(encodePart).join('');
  if (text.length <= LONGEST_ID) return text;
  return HASHED + hash('sha256', Buffer.from(text, 'utf16le'), 'base64url');
}

/** The length before each part keeps `['a', 'b']` and `['ab']` apart; the letter keeps the types apart: `1` is not `'1'`. */
function encodePart(part: unknown): string {
  if (typeof part === 'string') return `s${part.length}:${part}`;
  if (typeof part === 'number' && Number.isFinite(part)) return `n${String(part).length}:${part}`;
  if (typeof part === 'bigint') return `i${String(part).length}:${part}`;
  if (typeof part === 'boolean') return part ? 't' : 'f';
  if (part instanceof Uint8Array) return `b${part.length}:${Buffer.from(part).toString('latin1')}`;
  throw failure(CACHE_ERRORS.INVALID_KEY, { reason: `a part is ${wordOf(part)}` });
}

function wordOf(part: unknown): string {
  if (part === null || typeof part === 'number') return String(part);
  return `of type ${Array.isArray(part) ? 'list' : typeof part}`;
}
