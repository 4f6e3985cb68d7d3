/**
 * Gives the share of all rows that each value drawn at random stands for, beside those whose share is known.
 * @param values with their share; null of one drawn from the others
 * @param whole share of the rows that all of them make up
 */
export function drawnWeight(values: readonly { readonly share: number | null }[], whole: number): number {
  const drawn = values.filter(({ share }) => share === null).length;
  const known = values.reduce((sum, { share }) => sum + (share ?? 0), 0);
  return drawn === 0 ? 0 : Math.max(0, whole - known) / drawn;
}
