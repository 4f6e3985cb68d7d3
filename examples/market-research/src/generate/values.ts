import { createHash } from 'node:crypto';
import type { Random } from './random.ts';
import type { CopyWriter } from './writer.ts';

/** Writes a version-4 uuid made from the stream, so that it repeats with the seed. */
export function writeUuid(out: CopyWriter, random: Random): void {
  const a = random() * 4294967296;
  const b = random() * 4294967296;
  const c = random() * 4294967296;
  const d = random() * 4294967296;
  out.hex16(a >>> 16);
  out.hex16(a);
  out.text('-');
  out.hex16(b >>> 16);
  out.text('-');
  out.hex16((b & 0x0fff) | 0x4000);
  out.text('-');
  out.hex16((c & 0x3fff) | 0x8000);
  out.text('-');
  out.hex16(c >>> 16);
  out.hex16(d >>> 16);
  out.hex16(d);
}

/** Lower-case hexadecimal md5, as PostgreSQL's `md5()`. */
export function md5Hex(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The uuid that `md5('user N')::uuid` gives in SQL. */
export function userId(user: number): string {
  const hex = md5Hex(`user ${user}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The text that users typed, by its rank. */
export function queryText(rank: number): string {
  return `query ${rank + 1}`;
}

/** Name of a category by its rank: `cat-001` is the most frequent. */
export function categoryName(rank: number): string {
  return `cat-${String(rank + 1).padStart(3, '0')}`;
}

/** Makes the values of `size` ranks once, so that a row only looks them up. */
export function tabulate(size: number, make: (rank: number) => string): readonly string[] {
  return Array.from({ length: size }, (_, rank) => make(rank));
}
