import * as z from 'zod';
import type { ViewRange, Watcher } from '../../app/index.ts';
import type { Actor } from './access.ts';

/** Finds the watcher of a target. @throws NotFound */
export type FindWatcher = (name: string) => Watcher;

/** A thing that the request names does not exist. */
export class NotFound extends Error {}

/** The target would not do what was asked; its words. */
export class Refused extends Error {}

/** What each request carries once it was let in. */
export interface HttpEnvironment {
  Variables: { actor: Actor };
}

const HOUR_MS = 3_600_000;
const LONGEST_RANGE_MS = 400 * 24 * HOUR_MS;

/** Reads `from` and `to`; the last hour without them. */
export const rangeSchema: z.ZodType<ViewRange> = z
  .object({ from: z.coerce.number().optional(), to: z.coerce.number().optional() })
  .transform(({ from, to }, context): ViewRange => {
    const toMs = to ?? Date.now();
    const fromMs = from ?? toMs - HOUR_MS;
    if (fromMs < toMs && toMs - fromMs <= LONGEST_RANGE_MS) return { fromMs, toMs };
    context.addIssue({ code: 'custom', message: 'from and to are milliseconds since 1970, from before to' });
    return z.NEVER;
  });
