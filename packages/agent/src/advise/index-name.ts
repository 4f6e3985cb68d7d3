/** Longest identifier, in bytes. @source PostgreSQL docs 4.1.1, NAMEDATALEN */
const MAXIMUM_NAME_BYTES = 63;
const SUFFIX = '_idx';

/**
 * Makes a name as PostgreSQL would: table and columns, cut to fit between whole characters, numbered when taken.
 * @param stem such as `products_category_price`
 * @param isTaken tells whether a relation of the index's schema bears the name
 */
export function indexName(stem: string, isTaken: (name: string) => boolean): string {
  for (let number = 0; ; number += 1) {
    const suffix = number === 0 ? SUFFIX : `${SUFFIX}${number}`;
    const name = `${cutBytes(stem, MAXIMUM_NAME_BYTES - suffix.length)}${suffix}`;
    if (!isTaken(name)) return name;
  }
}

/** Gives a wanted name for a relation, cut to fit and numbered when taken. */
export function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  for (let number = 0; ; number += 1) {
    const suffix = number === 0 ? '' : `_${number}`;
    const name = `${cutBytes(wanted, MAXIMUM_NAME_BYTES - suffix.length)}${suffix}`;
    if (!isTaken(name)) return name;
  }
}

function cutBytes(text: string, maximum: number): string {
  const encoder = new TextEncoder();
  let cut = '';
  let bytes = 0;
  for (const character of text) {
    bytes += encoder.encode(character).length;
    if (bytes > maximum) break;
    cut += character;
  }
  return cut;
}
