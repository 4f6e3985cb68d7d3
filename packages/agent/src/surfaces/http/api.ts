import { Hono } from 'hono';
import * as z from 'zod';
import {
  CHART_SCREENS,
  findingsOfStatement,
  QUERY_VIEW_ORDERS,
  readAgent,
  readCharts,
  readFindings,
  readFleetRow,
  readLoad,
  readLoadTop,
  readPools,
  readQueries,
  readQuery,
  readRelations,
  readSessions,
  readVacuum,
  type Service,
  sendSignal,
  TARGET_SETTINGS,
  type Watcher,
} from '../../app/index.ts';
import { addActions } from './action-api.ts';
import { addAlerts } from './alert-api.ts';
import { type FindWatcher, type HttpEnvironment, NotFound, Refused, rangeSchema } from './requests.ts';

const loadSchema = z.enum(['wait', 'waitType', 'query', 'user', 'application', 'database']).default('wait');
const queriesSchema = z.object({
  order: z.enum(QUERY_VIEW_ORDERS).default('total'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  search: z.string().max(200).optional(),
});
const limitSchema = z.coerce.number().int().min(1).max(5_000).default(500);
const screenSchema = z.enum(CHART_SCREENS);
const signalSchema = z.object({
  pid: z.coerce.number().int().positive(),
  signal: z.enum(['cancel', 'terminate']),
});
const seenSchema = z.object({ connectedMs: z.number().min(0) });
const eventSchema = z.object({
  kind: z
    .string()
    .regex(/^[a-z][a-z-]{0,30}$/)
    .default('deploy'),
  subject: z.string().min(1).max(200),
  text: z.string().max(1_000).optional(),
  at: z.coerce.number().optional(),
});

/** Builds the routes that the dashboard and other programs read. */
export function createApi(service: Service): Hono<HttpEnvironment> {
  const { store } = service;
  const api = new Hono<HttpEnvironment>();
  const named = (name: string): Watcher => {
    const watcher = service.watchers.find(({ target }) => target.name === name);
    if (watcher === undefined) throw new NotFound(`no target is called "${name}"`);
    return watcher;
  };
  api.get('/me', (c) => c.json({ ...c.get('actor'), version: service.version }));
  api.get('/fleet', async (c) =>
    c.json(await Promise.all(service.watchers.map((watcher) => readFleetRow(service, watcher)))),
  );
  api.get('/targets/:name/load', async (c) => {
    const watcher = named(c.req.param('name'));
    const cpus = watcher.settings.get(TARGET_SETTINGS.cpus);
    return c.json(
      await readLoad(store, await store.target(watcher.target.name), {
        range: rangeSchema.parse(c.req.query()),
        by: loadSchema.parse(c.req.query('by')),
        cpus: cpus === 0 ? null : cpus,
      }),
    );
  });
  api.get('/targets/:name/load/top', async (c) => {
    const watcher = named(c.req.param('name'));
    const range = rangeSchema.parse(c.req.query());
    return c.json(await readLoadTop(store, await store.target(watcher.target.name), range));
  });
  api.get('/targets/:name/queries', async (c) => {
    const watcher = named(c.req.param('name'));
    const { order, limit, search } = queriesSchema.parse(c.req.query());
    const range = rangeSchema.parse(c.req.query());
    const wanted = search === undefined || search === '' ? {} : { search };
    return c.json(
      await readQueries(store, await store.target(watcher.target.name), { range, order, limit, ...wanted }),
    );
  });
  api.get('/targets/:name/queries/:fingerprint', async (c) => {
    const watcher = named(c.req.param('name'));
    const fingerprint = c.req.param('fingerprint');
    return c.json(
      await readQuery(store, await store.target(watcher.target.name), {
        range: rangeSchema.parse(c.req.query()),
        fingerprint,
        findings: await findingsOfStatement(store, watcher, fingerprint),
      }),
    );
  });
  addObjects(api, service, named);
  addAlerts(api, service, named);
  addActions(api, service, named);
  return api;
}

function addObjects(api: Hono<HttpEnvironment>, service: Service, named: FindWatcher): void {
  const { store } = service;
  api.get('/targets/:name/relations', async (c) => {
    const watcher = named(c.req.param('name'));
    const range = rangeSchema.parse(c.req.query());
    const limit = limitSchema.parse(c.req.query('limit'));
    const report = watcher.slowLook.latest()?.report ?? null;
    return c.json(await readRelations(await store.target(watcher.target.name), range, { limit, report }));
  });
  api.get('/targets/:name/vacuum', async (c) => c.json(await readVacuum(named(c.req.param('name')))));
  api.get('/targets/:name/charts/:screen', async (c) => {
    const watcher = named(c.req.param('name'));
    const screen = screenSchema.parse(c.req.param('screen'));
    const range = rangeSchema.parse(c.req.query());
    return c.json(await readCharts(await store.target(watcher.target.name), screen, range));
  });
  api.get('/targets/:name/pools', async (c) => {
    const watcher = named(c.req.param('name'));
    const range = rangeSchema.parse(c.req.query());
    return c.json(await readPools(await store.target(watcher.target.name), watcher.poolers, range));
  });
  api.get('/targets/:name/findings', async (c) =>
    c.json(await readFindings(service, named(c.req.param('name')))),
  );
  api.get('/targets/:name/sessions', async (c) => {
    const watcher = named(c.req.param('name'));
    return c.json(await readSessions(watcher, Date.now()));
  });
  api.post('/targets/:name/sessions/:pid/:signal', async (c) => {
    const { target, settings } = named(c.req.param('name'));
    const { pid, signal } = signalSchema.parse(c.req.param());
    const { connectedMs } = seenSchema.parse(await c.req.json());
    await store.logAccess({ actor: c.get('actor').name, action: signal, subject: `${target.name} ${pid}` });
    const session = { pid, connectedMs };
    const answer = await sendSignal(target, settings, { signal, session }).catch((error: unknown) => {
      throw new Refused(error instanceof Error ? error.message : String(error));
    });
    return c.json({ answer });
  });
  api.get('/targets/:name/agent', async (c) => {
    const watcher = named(c.req.param('name'));
    const range = rangeSchema.parse(c.req.query());
    return c.json(await readAgent(service, watcher, range));
  });
  api.post('/targets/:name/events', async (c) => {
    const watcher = named(c.req.param('name'));
    const { kind, subject, text, at } = eventSchema.parse(await c.req.json());
    const detail = { ...(text === undefined ? {} : { text }), by: c.get('actor').name };
    watcher.outbox.put([], [{ at: at === undefined ? new Date() : new Date(at), kind, subject, detail }]);
    await store.logAccess({ actor: c.get('actor').name, action: 'event', subject: `${kind} ${subject}` });
    return c.json({ stored: true }, 201);
  });
  api.get('/access-log', async (c) => c.json(await store.accessLog(200)));
}
