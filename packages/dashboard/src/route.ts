import { computed, signal } from '@preact/signals';

/** Screens of a target, in the order of the navigation. */
export const SCREENS = [
  { id: 'load', title: 'Load' },
  { id: 'queries', title: 'Queries' },
  { id: 'sessions', title: 'Sessions' },
  { id: 'tables', title: 'Tables' },
  { id: 'indexes', title: 'Indexes' },
  { id: 'activity', title: 'Activity' },
  { id: 'connections', title: 'Connections' },
  { id: 'replication', title: 'WAL & replication' },
  { id: 'storage', title: 'Storage' },
  { id: 'findings', title: 'Findings' },
  { id: 'actions', title: 'Actions' },
  { id: 'alerts', title: 'Alerts' },
  { id: 'agent', title: 'Agent' },
] as const;

/** Ranges that end now. */
export const RANGES = [
  { id: '15m', title: '15 min', ms: 900_000 },
  { id: '1h', title: '1 hour', ms: 3_600_000 },
  { id: '6h', title: '6 hours', ms: 21_600_000 },
  { id: '24h', title: '24 hours', ms: 86_400_000 },
  { id: '7d', title: '7 days', ms: 604_800_000 },
  { id: '30d', title: '30 days', ms: 2_592_000_000 },
] as const;

const DEFAULT_RANGE_MS = 3_600_000;
/** A live range moves on by this share of its length: less than a pixel of its charts. */
const MOVE_SHARE = 1 / 2_000;

/** The address, split: everything that a screen shows follows from it. */
export interface Route {
  /** Null on the overview of all targets. */
  readonly target: string | null;
  readonly screen: string;
  /** What follows the screen: a fingerprint, an action, a finding. */
  readonly item: string | null;
  readonly parameters: URLSearchParams;
}

const address = signal(window.location.pathname + window.location.search);

window.addEventListener('popstate', () => {
  address.value = window.location.pathname + window.location.search;
});

/** Where the reader is. */
export const route = computed((): Route => {
  const [path = '', query = ''] = address.value.split('?');
  const [, first, target, screen, item] = path.split('/').map(decodeURIComponent);
  const parameters = new URLSearchParams(query);
  if (first !== 't' || target === undefined || target === '') {
    return {
      target: null,
      screen: first === '' || first === undefined ? 'fleet' : first,
      item: null,
      parameters,
    };
  }
  return { target, screen: screen || 'load', item: item ?? null, parameters };
});

/** A beat that moves ranges which end now. */
export const now = signal(Date.now());

/** The stretch of time that is shown. */
export const range = computed(() => {
  const { parameters } = route.value;
  const from = Number(parameters.get('from'));
  const to = Number(parameters.get('to'));
  if (from > 0 && to > from) return { fromMs: from, toMs: to, id: null, isLive: false };
  const id = parameters.get('range') ?? '1h';
  const ms = RANGES.find((candidate) => candidate.id === id)?.ms ?? DEFAULT_RANGE_MS;
  const stepMs = ms * MOVE_SHARE;
  const toMs = Math.ceil(now.value / stepMs) * stepMs;
  return { fromMs: toMs - ms, toMs, id, isLive: true };
});

/** Goes somewhere; the range stays in the address. */
export function go(path: string, isReplacing = false): void {
  window.history[isReplacing ? 'replaceState' : 'pushState'](null, '', path);
  address.value = path;
  if (!isReplacing) window.scrollTo(0, 0);
}

/** Gives the address of a screen with the range that is shown, and other parameters. */
export function link(target: string, screen: string, item?: string): string {
  const kept = new URLSearchParams();
  for (const name of ['range', 'from', 'to']) {
    const value = route.value.parameters.get(name);
    if (value !== null) kept.set(name, value);
  }
  const tail = item === undefined ? '' : `/${encodeURIComponent(item)}`;
  const query = kept.toString();
  return `/t/${encodeURIComponent(target)}/${screen}${tail}${query === '' ? '' : `?${query}`}`;
}

/** Changes parameters of the address; null takes one away. */
export function setParameters(changes: Readonly<Record<string, string | null>>, isReplacing = false): void {
  const parameters = new URLSearchParams(route.value.parameters);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const query = parameters.toString();
  go(window.location.pathname + (query === '' ? '' : `?${query}`), isReplacing);
}

/** Shows a stretch of time that the reader marked. */
export function showRange(fromMs: number, toMs: number): void {
  setParameters({ from: String(Math.round(fromMs)), to: String(Math.round(toMs)), range: null });
}
