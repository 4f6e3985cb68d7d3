import type { Context, Hono } from 'hono';
import * as z from 'zod';
import {
  type Action,
  actionRow,
  approveAction,
  type DecideOptions,
  findAction,
  mintToken,
  postponeAction,
  proposeStatements,
  readAction,
  readLedger,
  readTargetActions,
  rejectAction,
  type Service,
  undoAction,
} from '../../app/index.ts';
import { type Result, unwrap } from '../../kernel/index.ts';
import type { FindWatcher, HttpEnvironment } from './requests.ts';

const proposeSchema = z.object({
  statements: z.array(z.string().min(1).max(50_000)).min(1).max(50),
  why: z.string().min(1).max(1_000),
});
const rejectSchema = z.object({ reason: z.string().trim().min(1).max(1_000) });
const ledgerSchema = z.object({
  target: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(5_000).default(200),
});

type Call = Context<HttpEnvironment>;

/** Adds the routes of actions: what waits, what became of it, decisions, the ledger. Decisions are for operators. */
export function addActions(api: Hono<HttpEnvironment>, service: Service, named: FindWatcher): void {
  const { store, clock } = service;
  api.get('/targets/:name/actions', async (c) =>
    c.json(await readTargetActions(service, named(c.req.param('name')))),
  );
  api.post('/targets/:name/actions', async (c) => {
    const { target, settings } = named(c.req.param('name'));
    const { statements, why } = proposeSchema.parse(await c.req.json());
    const given = { target: target.name, statements, why, by: c.get('actor').name };
    const action = unwrap(await proposeStatements({ store, settings, clock }, given));
    await log(c, service, 'propose', action);
    return c.json(actionRow(action), 201);
  });
  api.get('/actions/:id', async (c) => c.json(unwrap(await readAction(service, c.req.param('id')))));
  api.get('/ledger', async (c) => {
    const { target, limit } = ledgerSchema.parse(c.req.query());
    return c.json(await readLedger(store, { limit, ...(target === undefined ? {} : { target }) }));
  });
  api.get('/ledger/check', async (c) => c.json(await store.actions.checkLedger()));
  addDecisions(api, service);
}

function addDecisions(api: Hono<HttpEnvironment>, service: Service): void {
  const { store, clock } = service;
  const decision = (c: Call) => ({ actor: c.get('actor').name, now: clock.now() });
  const decide = async (c: Call, verb: string, decided: Promise<Result<Action>>): Promise<Response> => {
    const action = unwrap(await decided);
    await log(c, service, verb, action);
    return c.json(actionRow(action));
  };
  api.post('/actions/:id/approve', async (c) => {
    const id = c.req.param('id');
    const approved = approveAction(await optionsFor(service, id), id, { actor: c.get('actor').name });
    return decide(c, 'approve', approved);
  });
  api.post('/actions/:id/postpone', async (c) => {
    const id = c.req.param('id');
    return decide(c, 'postpone', postponeAction(await optionsFor(service, id), id, c.get('actor').name));
  });
  api.post('/actions/:id/reject', async (c) => {
    const { reason } = rejectSchema.parse(await c.req.json());
    return decide(c, 'reject', rejectAction(store, c.req.param('id'), { ...decision(c), reason }));
  });
  api.post('/actions/:id/undo', (c) => decide(c, 'undo', undoAction(store, c.req.param('id'), decision(c))));
  api.post('/actions/:id/token', async (c) => {
    const id = c.req.param('id');
    const action = unwrap(await findAction(store, id));
    const minted = unwrap(await mintToken(await optionsFor(service, id), id, c.get('actor').name));
    await log(c, service, 'approval-token', action);
    return c.json({ token: minted.token, expiresAtMs: minted.expiresAt.getTime() }, 201);
  });
}

/** Each target has windows and policies of its own. @throws ACT.NOT_FOUND */
async function optionsFor({ store, clock, settings, watchers }: Service, id: string): Promise<DecideOptions> {
  const action = unwrap(await findAction(store, id));
  const watcher = watchers.find(({ target }) => target.name === action.target);
  return { store, clock, settings: watcher?.settings ?? settings };
}

function log(c: Call, { store }: Service, verb: string, { target, id }: Action): Promise<void> {
  return store.logAccess({ actor: c.get('actor').name, action: verb, subject: `${target} action ${id}` });
}
