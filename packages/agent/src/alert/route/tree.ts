import type { Labels, Route } from '../types.ts';
import { formatMatcher, matches } from './matchers.ts';

/** A route that takes an alert. */
export interface ChosenRoute {
  /** Matchers from the root on, as Alertmanager writes them into a group key. */
  readonly key: string;
  readonly route: Route;
}

/**
 * Gives the routes that take an alert: of each level the first child that matches, further ones where it says
 * `continue`; the node itself where no child does.
 * @source Alertmanager docs, "Configuration", `<route>`
 */
export function routesFor(root: Route, labels: Labels): readonly ChosenRoute[] {
  return descend(root, '{}', labels);
}

/** Gives a route and all below it. */
export function allRoutes(root: Route): readonly Route[] {
  return [root, ...root.routes.flatMap(allRoutes)];
}

/** Gives the labels of an alert by which a route groups it. */
export function groupLabelsOf({ groupBy }: Route, labels: Labels): Labels {
  if (groupBy.includes('...')) return labels;
  return Object.fromEntries(
    groupBy.flatMap((name) => (Object.hasOwn(labels, name) ? [[name, labels[name] ?? '']] : [])),
  );
}

function descend(node: Route, key: string, labels: Labels): readonly ChosenRoute[] {
  const chosen: ChosenRoute[] = [];
  const seen: string[] = [];
  for (const child of node.routes) {
    const matchers = `{${child.matchers.map(formatMatcher).join(',')}}`;
    // Of two routes with the same matchers each has groups of its own.
    const twinsCount = seen.filter((one) => one === matchers).length;
    seen.push(matchers);
    if (!matches(child.matchers, labels)) continue;
    const childKey = `${key}/${matchers}${twinsCount === 0 ? '' : `/${twinsCount}`}`;
    chosen.push(...descend(child, childKey, labels));
    if (!child.isContinued) break;
  }
  return chosen.length === 0 ? [{ key, route: node }] : chosen;
}
