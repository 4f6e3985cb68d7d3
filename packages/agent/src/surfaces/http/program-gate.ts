import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { HTTP_ERRORS, HTTP_SETTINGS, type Service } from '../../app/index.ts';
import { failure } from '../../kernel/index.ts';
import type { McpSource } from '../mcp/index.ts';
import { type Access, type Actor, isOwnHost, isSame } from './access.ts';
import type { HttpEnvironment } from './requests.ts';

type Environment = HttpEnvironment & { Bindings: HttpBindings };

/** The server that a path for programs belongs to. */
export type ProgramApp = Hono<Environment>;

/** A path that programs use. */
export interface ProgramPath {
  readonly path: '/mcp' | '/a2a';
  readonly service: Service;
  readonly access: Access;
  /** Whether the tokens of viewers and operators open it too, each for what they may do. */
  readonly isForPeople: boolean;
}

/**
 * Lets programs in at a path: with `http.mcp-token`, or without one where the whole server is open to this machine alone.
 * @source RFC 6750; RFC 9728 "Protected Resource Metadata"; MCP specification, "Transports: Security Warning"
 * @throws HTTP.TOKEN_REUSED
 */
export function guardPrograms(app: ProgramApp, given: ProgramPath): void {
  const { path, service, access, isForPeople } = given;
  const token = service.settings.get(HTTP_SETTINGS.mcpToken);
  requireOwnToken(service, token);
  const metadataPath = `/.well-known/oauth-protected-resource${path}`;
  app.use(path, async (c, next) => {
    c.header('cache-control', 'no-store');
    const isOpen = token === '' && access.isOpen;
    const isClosed = token === '' && !access.isOpen && !isForPeople;
    const { host, origin } = { host: c.req.header('host'), origin: c.req.header('origin') };
    const strangers = isClosed
      ? 'set http.mcp-token to let programs in'
      : strangersReason({ isOpen, host, origin });
    if (strangers !== null) return c.json({ error: strangers }, 403);
    const mayBePerson = isOpen || (isForPeople && !access.isOpen);
    const actor = programOf(c, token) ?? (mayBePerson ? personOf(c, access) : null);
    if (actor !== null) {
      c.set('actor', actor);
      return next();
    }
    const metadata = addressOf(c, metadataPath);
    const problem = c.req.header('authorization') === undefined ? '' : 'error="invalid_token", ';
    c.header('www-authenticate', `Bearer ${problem}resource_metadata="${metadata}"`);
    return c.json({ error: 'give the token of http.mcp-token as a bearer token' }, 401);
  });
  app.get(metadataPath, (c) =>
    c.json({
      resource: addressOf(c, path),
      resource_name: 'pgsteward',
      bearer_methods_supported: ['header'],
    }),
  );
}

/** Gives the address of a path as the caller reaches it: a proxy that ends TLS says so. */
export function addressOf(c: Context<Environment>, path: string): string {
  const url = new URL(path, c.req.url);
  if (c.req.header('x-forwarded-proto') === 'https') url.protocol = 'https:';
  return url.href;
}

/** Who holds the token of programs may read and propose. */
function programOf(c: Context<Environment>, token: string): Actor | null {
  const given = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (token === '' || given === undefined || !isSame(token, given)) return null;
  return { name: 'program', role: 'operator' };
}

/** A session of the dashboard is not taken: no page speaks to these paths. */
function personOf(c: Context<Environment>, access: Access): Actor | null {
  return access.identify({
    remoteAddress: c.env.incoming.socket.remoteAddress ?? '',
    authorization: c.req.header('authorization'),
    cookie: undefined,
    header: (name) => c.req.header(name),
  });
}

function requireOwnToken({ settings }: Service, token: string): void {
  if (token === '') return;
  const others = { operator: HTTP_SETTINGS.operatorToken, viewer: HTTP_SETTINGS.viewerToken };
  for (const [role, setting] of Object.entries(others)) {
    if (isSame(settings.get(setting), token)) throw failure(HTTP_ERRORS.TOKEN_REUSED, { role });
  }
}

/** Says why a request is not answered whoever sends it; null when it may be. */
function strangersReason(request: {
  /** Whether no token is asked for. */
  readonly isOpen: boolean;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}): string | null {
  const { isOpen, host, origin } = request;
  if (isOpen && !isOwnHost(host)) return 'this server answers to localhost only';
  return isOwnOrigin(origin, host) ? null : 'pages of other origins are not answered';
}

/** A browser names the origin of the page that asks; other programs name none. */
function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const asked = URL.canParse(origin) ? new URL(origin).host : '';
  return asked !== '' && (isOwnHost(asked) || asked === host);
}

/** What programs are answered from. The daemon's acting round goes on with what was approved. */
export function sourceOf(service: Service, actor: string): McpSource {
  const { store, settings, clock, version, watchers } = service;
  return {
    store,
    settings,
    clock,
    version,
    actor,
    targets: watchers.map((watcher) => ({ connection: watcher.target, settings: watcher.settings })),
    isWatching: true,
    carryOut: async (action) => action,
  };
}
