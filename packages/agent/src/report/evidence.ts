import type { EvidenceValue, Finding, Threshold } from '../diagnose/index.ts';
import { escapeControls, formatUnit, type Unit } from '../kernel/index.ts';

/** Suffixes of field names and the unit that each stands for; longer ones first. */
const SUFFIXES: readonly (readonly [string, Unit, 'dropped' | 'kept'])[] = [
  ['BytesPerSecond', 'bytesPerSecond', 'dropped'],
  ['PerSecond', 'perSecond', 'dropped'],
  ['Bytes', 'bytes', 'dropped'],
  ['Count', 'count', 'dropped'],
  ['Ratio', 'ratio', 'kept'],
  ['Rows', 'rows', 'kept'],
  ['Cost', 'cost', 'kept'],
  ['Ms', 'ms', 'dropped'],
];

/** Numbers that name something and so take no thousands separator. */
const NAMES_SOMETHING = /(^|[a-z])(pid|Pid|Oid|Id|Port|Version)$/;

/** A time as `Date.toISOString` writes it. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Longest text that still fits into a line of evidence, in characters. */
const TELLING_TEXT_LENGTH = 40;

/** Names a field of evidence to a person, without its unit: `meanMs` → `mean`, `deadRows` → `dead rows`. */
export function describeField(field: string): string {
  const suffix = SUFFIXES.find(([ending, , fate]) => fate === 'dropped' && field.endsWith(ending));
  const stem = suffix === undefined ? field : field.slice(0, -suffix[0].length);
  const words = escapeControls(stem === '' ? field : stem).replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return words.toLowerCase().replace(/^(is|has) (?=.)/, '');
}

/** Shows a value of evidence in the unit that its field's name ends in; controls in it are escaped. */
export function formatEvidence(field: string, value: EvidenceValue): string {
  if (value === null) return 'unknown';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return ISO_TIME.test(value) ? formatTime(value) : escapeControls(value);
  if (typeof value !== 'number') return value.length === 0 ? 'none' : escapeControls(value.join(', '));
  if (!Number.isFinite(value)) return 'unknown';
  if (NAMES_SOMETHING.test(field)) return String(value);
  const unit = SUFFIXES.find(([ending]) => field.endsWith(ending) || field === ending.toLowerCase())?.[1];
  return formatUnit(value, unit ?? 'count');
}

/** Shows a threshold's value; the setting's key ends in its unit: `…minimum-bytes`. */
export function formatThreshold(threshold: Threshold): string {
  const field = escapeControls(threshold.key).replace(/[.-]([a-z])/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
  const { value } = threshold;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
    return formatEvidence(field, value);
  }
  return escapeControls(JSON.stringify(value) ?? 'none');
}

/**
 * Picks the most telling evidence, in the order in which the check gave it.
 * @param limit how many fields at most
 * @returns pairs of label and formatted value; long texts and unknown values are left to the full listing
 */
export function tellingEvidence(finding: Finding, limit = 4): readonly (readonly [string, string])[] {
  return Object.entries(finding.evidence)
    .filter(([, value]) => value !== null && value !== '')
    .map(([field, value]) => [describeField(field), formatEvidence(field, value)] as const)
    .filter(([, shown]) => shown.length <= TELLING_TEXT_LENGTH)
    .slice(0, limit);
}

/** Shows an ISO 8601 time to a person: `2026-11-23 07:23:27 UTC`. */
export function formatTime(iso: string): string {
  return escapeControls(iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'));
}
