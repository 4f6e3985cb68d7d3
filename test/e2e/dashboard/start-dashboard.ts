import { join } from 'node:path';
import { type Service, settingDefinitions, startService } from '../../../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { resolveSettings, type Settings } from '../../../packages/agent/src/settings/index.ts';
import { type HttpServer, startHttpServer } from '../../../packages/agent/src/surfaces/http/index.ts';

/** The built pages. */
export const PAGES: string = join(import.meta.dirname, '../../../packages/agent/pages');

/** Name of the target that a dashboard shows. */
export const TARGET = 'shop';

/** A daemon with its dashboard. */
export interface Dashboard {
  readonly url: string;
  readonly service: Service;
  readonly http: HttpServer;
  /** Asks the API; the header against forged requests is there unless it is taken away. */
  call(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** Settings with quick rounds on a free port. */
export function quickSettings(values: Readonly<Record<string, unknown>> = {}): Settings {
  const all = {
    'watch.sessions-every-ms': 100,
    'watch.counters-every-ms': 1_000,
    'watch.log-every-ms': 1_000,
    'watch.budget-ratio': 1,
    'http.port': 0,
    ...values,
  };
  const flags = new Map(Object.entries(all).map(([key, value]) => [key, { option: `--set ${key}`, value }]));
  return unwrap(resolveSettings(settingDefinitions, { flags }));
}

/** Starts a daemon that watches a target and keeps its history in a database; it acts where it is given a role to. */
export async function startDashboard(
  urls: { readonly target: string; readonly store: string; readonly acting?: string },
  values: Readonly<Record<string, unknown>> = {},
): Promise<Dashboard> {
  const service = await startService({
    targets: [unwrap(parseTarget(urls.target, {}, TARGET))],
    actingTargetOf: (name) => (urls.acting === undefined ? null : unwrap(parseTarget(urls.acting, {}, name))),
    settings: quickSettings({ 'store.url': urls.store, ...values }),
    environment: {},
    version: '0.0.0',
    clock: systemClock,
    onProgress: silentProgress,
    log: () => undefined,
    signal: new AbortController().signal,
  });
  const http = await startHttpServer(service, { pages: PAGES });
  return {
    url: http.url,
    service,
    http,
    call: (path, init = {}) =>
      fetch(`${http.url}/api${path}`, {
        ...init,
        headers: { 'content-type': 'application/json', 'x-pgsteward': '1', ...init.headers },
      }),
    async close() {
      await http.close();
      await service.close();
    },
  };
}
