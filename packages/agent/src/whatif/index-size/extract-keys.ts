import type { SampledKey } from './sampled-elements.ts';

/** Bytes of the flag before a text in `jsonb_ops`, and of a short text's header. */
const FLAG_BYTES = 1;
const HEADER_BYTES = 1;

/** Longer texts are kept as the hexadecimal form of a hash. @source src/include/utils/jsonb.h JGIN_MAXLENGTH */
const LONGEST_TEXT = 125;
const HASH_TEXT = 8;

/** `jsonb_path_ops` and trigrams are kept as integers. */
const INTEGER_BYTES = 4;

/** How a value's text is to be asked for: as it is, or its elements as a JSON array. */
export function shownForKeys(operatorClass: string): string {
  if (operatorClass === 'tsvector_ops')
    return 'pg_catalog.to_jsonb(pg_catalog.tsvector_to_array(x::tsvector))::text';
  if (operatorClass === 'array_ops') return 'pg_catalog.to_jsonb(x)::text';
  return 'x::text';
}

/**
 * Takes the keys out of a value as an operator class of GIN does.
 * @param text as `shownForKeys` asked for it
 * @returns null for an operator class that is not known
 */
export function extractKeys(operatorClass: string, text: string): readonly SampledKey[] | null {
  switch (operatorClass) {
    case 'jsonb_ops':
      return jsonKeys(JSON.parse(text), '', false);
    case 'jsonb_path_ops':
      return jsonKeys(JSON.parse(text), '', true);
    case 'gin_trgm_ops':
      return trigrams(text).map((key) => ({ key, group: '', bytes: INTEGER_BYTES }));
    case 'array_ops':
    case 'tsvector_ops':
      return flatten(JSON.parse(text)).map((word) => ({
        key: word,
        group: `${/\d/.test(word)}${Math.min(8, word.length)}`,
        bytes: HEADER_BYTES + Buffer.byteLength(word),
      }));
    default:
      return null;
  }
}

/** @source src/backend/utils/adt/jsonb_gin.c gin_extract_jsonb, gin_extract_jsonb_path */
function jsonKeys(value: unknown, path: string, isHashed: boolean): readonly SampledKey[] {
  if (Array.isArray(value))
    return value.flatMap((item) => jsonKeys(item, isHashed ? path : `${path}[]`, isHashed));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, item]) => {
      const below = jsonKeys(item, `${path}.${name}`, isHashed);
      return isHashed ? below : [textKey('key', name, 'keys'), ...below];
    });
  }
  if (isHashed) return [{ key: `${path}=${JSON.stringify(value)}`, group: path, bytes: INTEGER_BYTES }];
  // A text within an array is taken for a key, so that `?` finds it.
  const kind = path.endsWith('[]') && typeof value === 'string' ? 'key' : typeof value;
  return [textKey(kind, String(value), path)];
}

function textKey(kind: string, text: string, group: string): SampledKey {
  const length = Buffer.byteLength(text);
  const bytes = HEADER_BYTES + FLAG_BYTES + (length > LONGEST_TEXT ? HASH_TEXT : length);
  return { key: `${kind}:${text}`, group, bytes };
}

/** @source contrib/pg_trgm/trgm_op.c: words of letters and digits, two blanks before and one behind */
function trigrams(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.flatMap((word) => {
    const letters = [...`  ${word} `];
    return letters.slice(2).map((_, index) => letters.slice(index, index + 3).join(''));
  });
}

function flatten(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(flatten);
  return [value === null ? '' : String(value)];
}
