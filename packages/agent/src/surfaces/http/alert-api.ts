import type { Hono } from 'hono';
import * as z from 'zod';
import { addSilence, dryRunView, readAlerts, type Service } from '../../app/index.ts';
import { unwrap } from '../../kernel/index.ts';
import { type FindWatcher, type HttpEnvironment, NotFound, rangeSchema } from './requests.ts';

const DAY_MS = 86_400_000;

const silenceSchema = z.object({
  matchers: z.array(z.string().min(1).max(500)).min(1).max(20),
  durationMs: z
    .number()
    .min(60_000)
    .max(366 * DAY_MS),
  comment: z.string().min(1).max(1_000),
});

/** Adds the routes of alerts: what fires, silences, tests of channels, dry runs of rules. */
export function addAlerts(api: Hono<HttpEnvironment>, service: Service, named: FindWatcher): void {
  const { store, clock, alerts } = service;
  api.get('/targets/:name/alerts', async (c) => {
    const { target } = named(c.req.param('name'));
    return c.json(await readAlerts(service, target.name, rangeSchema.parse(c.req.query())));
  });
  api.get('/rules/:id/dry-run', async (c) => {
    const { fromMs, toMs } = rangeSchema.parse(c.req.query());
    const span = { from: new Date(fromMs), to: new Date(toMs) };
    const runs = await alerts.tools.dryRun(c.req.param('id'), span);
    return c.json(runs.map((run) => dryRunView(unwrap(run))));
  });
  api.post('/silences', async (c) => {
    const { matchers, durationMs, comment } = silenceSchema.parse(await c.req.json());
    const author = c.get('actor').name;
    const endsAt = new Date(clock.now().getTime() + durationMs);
    const silence = unwrap(await addSilence(service, { matchers, endsAt, author, comment }));
    await store.logAccess({ actor: author, action: 'silence', subject: matchers.join(', ') });
    return c.json(silence, 201);
  });
  api.delete('/silences/:id', async (c) => {
    const id = c.req.param('id');
    if (!(await store.alerts.expireSilence(id, clock.now()))) throw new NotFound(`no silence ${id} holds`);
    await store.logAccess({ actor: c.get('actor').name, action: 'silence-ended', subject: id });
    return c.json({ ended: true });
  });
  api.post('/channels/:name/test', async (c) => {
    const name = c.req.param('name');
    const fired = unwrap(await alerts.tools.testFire(name));
    await store.logAccess({ actor: c.get('actor').name, action: 'channel-test', subject: name });
    return c.json({ ...fired, at: fired.at.getTime() });
  });
}
