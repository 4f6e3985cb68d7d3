import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { now } from '../route.ts';

/** Whether the server asks for a token. */
export const mustSignIn = signal(false);

/** What a request came to: nothing yet, data, or why there is none. */
export interface Loaded<T> {
  readonly data: T | null;
  readonly error: string | null;
  readonly isLoading: boolean;
}

/** Asks the server for something. @throws Error with the server's words */
export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`/api${path}`, {
    ...init,
    headers: { 'x-pgsteward': '1', 'content-type': 'application/json' },
  });
  if (response.status === 401 && path !== '/sign-in') mustSignIn.value = true;
  const body: unknown = await response.json().catch(() => ({ error: response.statusText }));
  if (response.ok) return body as T;
  throw new Error((body as { readonly error?: string }).error ?? response.statusText);
}

/**
 * Loads something and loads it again when the path changes. What was shown before stays until the new arrives, so
 * that a live screen does not flicker.
 */
export function useApi<T>(path: string | null): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { readonly path: string | null }>({
    data: null,
    error: null,
    isLoading: true,
    path: null,
  });
  useEffect(() => {
    if (path === null) return undefined;
    let isCurrent = true;
    setLoaded((before) => ({ ...before, isLoading: true }));
    request<T>(path)
      .then((data) => {
        if (isCurrent) setLoaded({ data, error: null, isLoading: false, path });
      })
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        if (isCurrent) setLoaded((before) => ({ ...before, error: message, isLoading: false }));
      });
    return () => {
      isCurrent = false;
    };
  }, [path]);
  return loaded;
}

/** Gives the query part for a range. */
export function rangeQuery(range: { readonly fromMs: number; readonly toMs: number }): string {
  return `from=${Math.round(range.fromMs)}&to=${Math.round(range.toMs)}`;
}

const LIVE_MS = 10_000;

/** Keeps ranges that end now moving while the page is looked at. */
export function startBeat(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') now.value = Date.now();
  }, LIVE_MS);
}
