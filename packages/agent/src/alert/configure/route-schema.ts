import * as z from 'zod';
import type { Matcher, Route } from '../types.ts';
import { durationField, matcherField, nameField } from './fields.ts';

/** A route as it is written. */
export interface GivenRoute {
  readonly match: readonly Matcher[];
  readonly 'group-by'?: readonly string[] | undefined;
  readonly 'group-wait'?: number | undefined;
  readonly 'group-interval'?: number | undefined;
  readonly 'repeat-interval'?: number | undefined;
  readonly channels?: readonly string[] | undefined;
  readonly continue: boolean;
  readonly routes: readonly GivenRoute[];
}

/** One of `[[alert.routes]]`, with those below it. */
export const routeSchema: z.ZodType<GivenRoute> = z.strictObject({
  match: z.array(matcherField).default([]),
  'group-by': z.array(z.string().min(1)).optional(),
  'group-wait': durationField.optional(),
  'group-interval': durationField.optional(),
  'repeat-interval': durationField.optional(),
  channels: z.array(nameField).optional(),
  continue: z.boolean().default(false),
  routes: z.lazy(() => z.array(routeSchema)).default([]),
});

/** Fills in what a route inherits from the one above it. */
export function inherit(given: GivenRoute, above: Route): Route {
  const route: Route = {
    matchers: given.match,
    groupBy: given['group-by'] ?? above.groupBy,
    groupWaitMs: given['group-wait'] ?? above.groupWaitMs,
    groupIntervalMs: given['group-interval'] ?? above.groupIntervalMs,
    repeatIntervalMs: given['repeat-interval'] ?? above.repeatIntervalMs,
    channels: given.channels ?? above.channels,
    isContinued: given.continue,
    routes: [],
  };
  return { ...route, routes: given.routes.map((child) => inherit(child, route)) };
}
