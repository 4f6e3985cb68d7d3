/** Greatest value of each type. */
const GREATEST: Readonly<Record<string, bigint>> = {
  int2: 2n ** 15n - 1n,
  int4: 2n ** 31n - 1n,
  int8: 2n ** 63n - 1n,
};

/**
 * Compares whole numbers with a number that may have a fraction: gives the whole number that divides them at the same place.
 * @param number as SQL writes it: `5.0`, `-2.5`
 * @returns null when no whole number equals it, or the type does not reach it
 */
export function compareWhole(
  operator: string,
  number: string,
  typeName: string,
): { readonly operator: string; readonly value: bigint } | null {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(number);
  if (match === null) return null;
  const [, sign, digits = '', fraction = ''] = match;
  const isWhole = /^0*$/.test(fraction);
  const magnitude = BigInt(digits === '' ? 0 : digits);
  const floor = sign === '-' ? -magnitude - (isWhole ? 0n : 1n) : magnitude;
  const greatest = GREATEST[typeName] ?? 0n;
  if (floor >= greatest || floor < -greatest) return null;
  if (isWhole) return { operator, value: floor };
  if (operator === '>' || operator === '>=') return { operator: '>', value: floor };
  if (operator === '<' || operator === '<=') return { operator: '<=', value: floor };
  return null;
}
