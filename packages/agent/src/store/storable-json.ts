/** Writes a value as JSON that `jsonb` takes: without NUL and halves of surrogate pairs, which it refuses. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\u0000', '').replaceAll(/\p{Surrogate}/gu, '') : part,
  );
}
