import { describe, expect, it } from 'vitest';
import { routeWith } from '../fixtures.ts';
import type { Route } from '../types.ts';
import { allRoutes, groupLabelsOf, routesFor } from './tree.ts';

const severity = (value: string): Route['matchers'] => [{ label: 'severity', operator: '=', value }];

const root = routeWith({
  channels: ['all'],
  routes: [
    routeWith({
      matchers: severity('critical'),
      channels: ['page'],
      isContinued: true,
      routes: [
        routeWith({ matchers: [{ label: 'target', operator: '=~', value: 'shop.*' }], channels: ['shop'] }),
      ],
    }),
    routeWith({ matchers: severity('critical'), channels: ['log'] }),
    routeWith({ matchers: severity('critical'), channels: ['never'] }),
  ],
});

const chosen = (labels: Readonly<Record<string, string>>) =>
  routesFor(root, labels).map(({ key, route }) => [key, ...route.channels]);

describe('the tree of routes', () => {
  it('gives an alert to the deepest route that matches, and on where it says continue', () => {
    expect(chosen({ severity: 'critical', target: 'shop' })).toEqual([
      ['{}/{severity="critical"}/{target=~"shop.*"}', 'shop'],
      ['{}/{severity="critical"}/1', 'log'],
    ]);
    expect(chosen({ severity: 'critical' })).toEqual([
      ['{}/{severity="critical"}', 'page'],
      ['{}/{severity="critical"}/1', 'log'],
    ]);
  });

  it('keeps at the root what no child takes', () => {
    expect(chosen({ severity: 'warning' })).toEqual([['{}', 'all']]);
  });

  it('is walked whole', () => {
    expect(allRoutes(root).map(({ channels }) => channels[0])).toEqual([
      'all',
      'page',
      'shop',
      'log',
      'never',
    ]);
  });
});

describe('the labels of a group', () => {
  const labels = { alertname: 'a', target: 'shop', slot: 's' };

  it('are those that the route names and the alert has', () => {
    expect(groupLabelsOf(routeWith({ groupBy: ['target', 'replica'] }), labels)).toEqual({ target: 'shop' });
    expect(groupLabelsOf(routeWith({ groupBy: [] }), labels)).toEqual({});
  });

  it('are all for `...`', () => {
    expect(groupLabelsOf(routeWith({ groupBy: ['...'] }), labels)).toEqual(labels);
  });
});
