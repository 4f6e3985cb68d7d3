import * as z from 'zod';
import { failed, failure, type Result, success } from '../kernel/index.ts';
import { ALERT_ERRORS } from './errors.ts';
import type { AlertMemory, AlertState, Coverage, GroupState } from './types.ts';

const time = z.iso.datetime().transform((text) => new Date(text));
const timeOrNull = time.nullable();
const labels = z.record(z.string(), z.string());
// JSON has no infinity, and a value may be one: a lag of a replica that is gone.
const value = z.union([z.number(), z.enum(['Infinity', '-Infinity']).transform(Number)]);

const alert: z.ZodType<AlertState> = z.object({
  fingerprint: z.string(),
  rule: z.string(),
  target: z.string(),
  labels,
  status: z.enum(['pending', 'firing', 'resolved', 'no-data']),
  sinceAt: time,
  startsAt: time,
  firedAt: timeOrNull,
  endsAt: timeOrNull,
  clearAt: timeOrNull,
  value,
  annotations: labels,
});

const coverage: z.ZodType<Coverage> = z.object({
  rule: z.string(),
  target: z.string(),
  readAt: time,
  isBlind: z.boolean(),
});

const group: z.ZodType<GroupState> = z.object({
  key: z.string(),
  route: z.string(),
  labels,
  flushAt: time,
  notifiedAt: timeOrNull,
  firing: z.array(z.string()),
});

const schema = z.object({
  version: z.literal(1),
  alerts: z.array(alert),
  coverage: z.array(coverage),
  groups: z.array(group),
});

/** Writes the memory as JSON text, for the store. */
export function encodeMemory(memory: AlertMemory): string {
  return JSON.stringify({ version: 1, ...memory }, (_, one: unknown) =>
    one === Number.POSITIVE_INFINITY || one === Number.NEGATIVE_INFINITY ? String(one) : one,
  );
}

/**
 * Reads what {@link encodeMemory} wrote.
 * @returns the memory, or ALERT.MEMORY_INVALID
 */
export function decodeMemory(text: string): Result<AlertMemory> {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) {
    const { alerts, groups } = parsed.data;
    return success({ alerts, coverage: parsed.data.coverage, groups });
  }
  const [issue] = parsed.error.issues;
  const reason = `It does not fit at ${issue?.path.join('.') || 'its beginning'}`;
  return failed(failure(ALERT_ERRORS.MEMORY_INVALID, { reason }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
