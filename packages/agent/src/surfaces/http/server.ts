import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type HttpBindings, serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import * as z from 'zod';
import { createMetricsReader, HTTP_ERRORS, HTTP_SETTINGS, type Service } from '../../app/index.ts';
import { failure, InternalError, PgstewardError } from '../../kernel/index.ts';
import { mountA2a } from './a2a-gate.ts';
import { type Access, createAccess, isLoopback, isOwnHost } from './access.ts';
import { createApi } from './api.ts';
import { mountMcp } from './mcp-gate.ts';
import { type HttpEnvironment, NotFound, Refused } from './requests.ts';

/** The running HTTP server. */
export interface HttpServer {
  /** `http://127.0.0.1:7432`. */
  readonly url: string;
  close(): Promise<void>;
}

/** How to serve. */
export interface HttpServerOptions {
  /** Directory of the built pages; the package's own by default. */
  readonly pages?: string;
  /** Whether another port will do when the wanted one is taken. */
  readonly isPortFlexible?: boolean;
}

const PAGES = join(import.meta.dirname, '..', '..', '..', 'pages');
const COOKIE = 'pgsteward';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** Header that a page of a stranger cannot send without being asked first: the guard against forged requests. */
const OWN_HEADER = 'x-pgsteward';

type Environment = HttpEnvironment & { Bindings: HttpBindings };

/**
 * Serves the dashboard and its API.
 * @throws HTTP.NO_ACCESS_RULE, HTTP.PORT_IN_USE, HTTP.NOT_BUILT
 */
export async function startHttpServer(
  service: Service,
  { pages = PAGES, isPortFlexible = false }: HttpServerOptions = {},
): Promise<HttpServer> {
  const { settings } = service;
  const host = settings.get(HTTP_SETTINGS.host);
  const port = settings.get(HTTP_SETTINGS.port);
  if (!existsSync(join(pages, 'index.html'))) throw failure(HTTP_ERRORS.NOT_BUILT, { directory: pages });
  const access = createAccess(settings, service.clock);
  const { app, programs } = createApp(service, access, pages);
  const server = await listen(app, { host, port }).catch((error: unknown) => {
    const isTaken = error instanceof PgstewardError && error.code === 'HTTP.PORT_IN_USE';
    if (isPortFlexible && isTaken) return listen(app, { host, port: 0 });
    throw error;
  });
  const address = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        for (const program of programs) void program.close();
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function listen(
  app: Hono<Environment>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ReturnType<typeof serve>> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, () => resolve(server));
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? failure(HTTP_ERRORS.PORT_IN_USE, { port, host }, error) : error);
    });
  });
}

function createApp(
  service: Service,
  access: Access,
  pages: string,
): { readonly app: Hono<Environment>; readonly programs: readonly { close(): Promise<void> | void }[] } {
  const app = new Hono<Environment>();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      xFrameOptions: 'DENY',
    }),
  );
  app.onError(answerError);
  for (const path of ['/api/*', '/metrics'])
    app.use(path, async (c, next) => {
      c.header('cache-control', 'no-store');
      if (access.isOpen && !isOwnHost(c.req.header('host'))) {
        return c.json({ error: 'this server answers to localhost only' }, 403);
      }
      const isWrite = c.req.method !== 'GET' && c.req.method !== 'HEAD';
      const isBearer = c.req.header('authorization') !== undefined;
      if (isWrite && !isBearer && c.req.header(OWN_HEADER) === undefined) {
        return c.json({ error: `a request that changes something carries the header ${OWN_HEADER}` }, 403);
      }
      return next();
    });
  addSignIn(app, service, access);
  for (const path of ['/api/*', '/metrics'])
    app.use(path, async (c, next) => {
      const actor = access.identify({
        remoteAddress: c.env.incoming.socket.remoteAddress ?? '',
        authorization: c.req.header('authorization'),
        cookie: getCookie(c, COOKIE),
        header: (name) => c.req.header(name),
      });
      if (actor === null) return c.json({ error: 'sign in first' }, 401);
      const isWrite = c.req.method !== 'GET' && c.req.method !== 'HEAD';
      if (isWrite && actor.role !== 'operator') return c.json({ error: 'only an operator may do this' }, 403);
      c.set('actor', actor);
      return next();
    });
  app.route('/api', createApi(service) as unknown as Hono<Environment>);
  const metrics = createMetricsReader(service);
  app.get('/metrics', async (c) => c.text(await metrics.read(), 200, { 'content-type': METRICS_TYPE }));
  app.all('/api/*', (c) => c.json({ error: 'there is no such address' }, 404));
  const programs = [mountMcp(app, service, access), mountA2a(app, service, access)];
  addPages(app, pages);
  return { app, programs };
}

/** Says what went wrong, in the caller's words where it is the caller's doing. */
function answerError(error: Error, c: Context<Environment>): Response {
  if (error instanceof z.ZodError) {
    const issue = error.issues[0];
    return c.json({ error: `${issue?.path.join('.') || 'request'}: ${issue?.message ?? 'invalid'}` }, 400);
  }
  if (error instanceof Refused) return c.json({ error: error.message }, 409);
  if (error instanceof NotFound) return c.json({ error: error.message }, 404);
  if (error instanceof SyntaxError) return c.json({ error: 'the body is no JSON' }, 400);
  if (error instanceof PgstewardError && error.code.startsWith('ALERT.')) {
    return c.json({ error: error.message, why: error.why }, 400);
  }
  if (error instanceof PgstewardError && error.code.startsWith('ACT.')) {
    return c.json({ error: error.message, why: error.why, code: error.code }, actStatus(error.code));
  }
  if (error instanceof PgstewardError) return c.json({ error: error.message, why: error.why }, 503);
  const message = error instanceof InternalError ? error.message : 'the history cannot be read now';
  return c.json({ error: message }, 503);
}

/** Whether an action is not there, cannot be done now, or is refused as it was asked for. */
function actStatus(code: string): 400 | 404 | 409 {
  if (code === 'ACT.NOT_FOUND') return 404;
  return ['ACT.WRONG_STATE', 'ACT.NOT_UNDOABLE', 'ACT.NO_WINDOW', 'ACT.BUSY'].includes(code) ? 409 : 400;
}

function addSignIn(app: Hono<Environment>, { store, settings }: Service, access: Access): void {
  const body = z.object({ token: z.string().min(1).max(1_000) });
  const isSecure = !isLoopback(settings.get(HTTP_SETTINGS.host));
  app.post('/api/sign-in', async (c) => {
    const { token } = body.parse(await c.req.json());
    const address = c.env.incoming.socket.remoteAddress ?? '';
    const outcome = access.signIn(token, address);
    if (outcome === 'wait') return c.json({ error: 'too many wrong tokens; try again in a minute' }, 429);
    if (outcome === 'refused') {
      await store.logAccess({ actor: address, action: 'sign-in-refused', subject: '' });
      return c.json({ error: 'this token is not known' }, 401);
    }
    await store.logAccess({ actor: outcome.actor.name, action: 'sign-in', subject: address });
    setCookie(c, COOKIE, outcome.session, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      // A proxy that ends TLS says so; without TLS a secure cookie would never come back.
      secure: isSecure && c.req.header('x-forwarded-proto') === 'https',
      maxAge: Math.round(settings.get(HTTP_SETTINGS.sessionMs) / 1_000),
    });
    return c.json(outcome.actor);
  });
  app.post('/api/sign-out', (c) => {
    access.signOut(getCookie(c, COOKIE));
    setCookie(c, COOKIE, '', { path: '/', maxAge: 0 });
    return c.json({ signedOut: true });
  });
}

function addPages(app: Hono<Environment>, pages: string): void {
  const index = readFileSync(join(pages, 'index.html'), 'utf8');
  app.use(
    '/assets/*',
    serveStatic({
      root: pages,
      onFound: (_, c) => c.header('cache-control', 'public, max-age=31536000, immutable'),
    }),
  );
  app.get('/assets/*', (c) => c.text('not found', 404));
  app.get('*', (c) => c.html(index, 200, { 'cache-control': 'no-cache' }));
}
