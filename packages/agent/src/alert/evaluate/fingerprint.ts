import type { Labels } from '../types.ts';

const OFFSET = 14_695_981_039_346_656_037n;
const PRIME = 1_099_511_628_211n;
const MASK = 0xffff_ffff_ffff_ffffn;
const SEPARATOR = 0xff;

/** Gives labels sorted by name, those that are empty left out: an empty label is an absent one. */
export function sortedLabels(labels: Labels): Labels {
  const entries = Object.entries(labels).filter(([, value]) => value !== '');
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * Gives the identity of an alert: FNV-1a over its sorted labels, 16 hexadecimal digits.
 * @source prometheus/common model/signature.go, labelSetToFingerprint: Alertmanager gives the same
 */
export function fingerprintOf(labels: Labels): string {
  let hash = OFFSET;
  const add = (byte: number): void => {
    hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  };
  for (const [name, value] of Object.entries(sortedLabels(labels))) {
    for (const byte of Buffer.from(name)) add(byte);
    add(SEPARATOR);
    for (const byte of Buffer.from(value)) add(byte);
    add(SEPARATOR);
  }
  return hash.toString(16).padStart(16, '0');
}
