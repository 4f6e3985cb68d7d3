import * as z from 'zod';
import { APP_ERRORS } from '../../app/index.ts';
import { failure } from '../../kernel/index.ts';
import type { McpSource, McpTarget } from './types.ts';

const HOUR_MS = 3_600_000;
/** How long a window is. */
export type WindowLength = '15m' | '1h' | '6h' | '24h' | '7d' | '30d';

const LENGTHS_MS: Readonly<Record<WindowLength, number>> = {
  '15m': HOUR_MS / 4,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
};

/** Name of a target. */
export const target: z.ZodOptional<z.ZodString> = z
  .string()
  .max(300)
  .optional()
  .describe('Name from list_targets; may be left out when there is only one');

/** A stretch of time that ends now. */
export const window: z.ZodDefault<z.ZodType<WindowLength>> = (
  z.enum(Object.keys(LENGTHS_MS) as [WindowLength]) as unknown as z.ZodType<WindowLength>
)
  .default('1h')
  .describe('Stretch of time that ends now');

/** How much of a list is wanted. */
export const limit: z.ZodDefault<z.ZodNumber> = z.number().int().min(1).max(200).default(20);

/** Where to go on in a list. */
export const cursor: z.ZodOptional<z.ZodString> = z
  .string()
  .regex(/^\d{1,9}$/)
  .optional()
  .describe('From the reply before');

/** Text of a statement. */
export const sql: z.ZodString = z.string().min(1).max(100_000);

/**
 * Finds the target that a call means.
 * @throws APP.USAGE when there is none of that name, or none was named and there are several
 */
export function targetOf(source: McpSource, name: string | undefined): McpTarget {
  const known = source.targets.map(({ connection }) => connection.name);
  const found =
    name === undefined && source.targets.length === 1
      ? source.targets[0]
      : source.targets.find(({ connection }) => connection.name === name);
  if (found !== undefined) return found;
  const reason = name === undefined ? 'there are several targets: name one' : `no target is called "${name}"`;
  throw failure(APP_ERRORS.USAGE, { reason: `${reason} (${known.join(', ')})`, command: 'mcp' });
}

/** Gives the stretch of time of a window. */
export function rangeOf(
  source: McpSource,
  length: WindowLength,
): { readonly fromMs: number; readonly toMs: number } {
  const toMs = source.clock.now().getTime();
  return { fromMs: toMs - LENGTHS_MS[length], toMs };
}
