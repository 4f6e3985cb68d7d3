import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { HTTP_ERRORS, HTTP_SETTINGS } from '../../app/index.ts';
import { type Clock, failure } from '../../kernel/index.ts';
import type { Settings } from '../../settings/index.ts';

/** What somebody may do: a viewer looks, an operator also acts. */
export type Role = 'viewer' | 'operator';

/** Somebody who was let in. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
}

/** What a request shows of who sent it. */
export interface Credentials {
  readonly remoteAddress: string;
  readonly authorization: string | undefined;
  /** Value of the session cookie. */
  readonly cookie: string | undefined;
  header(name: string): string | undefined;
}

/** Decides who may come in. */
export interface Access {
  /** Whether anybody who reaches the server may act: on a loopback address without tokens. */
  readonly isOpen: boolean;
  /** @returns null for somebody who has to sign in */
  identify(credentials: Credentials): Actor | null;
  /**
   * Exchanges a token for a session.
   * @returns the session's secret; `refused` for a wrong token; `wait` after too many wrong ones from there
   */
  signIn(
    token: string,
    remoteAddress: string,
  ): { readonly session: string; readonly actor: Actor } | 'refused' | 'wait';
  signOut(session: string | undefined): void;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.|localhost$)/;
const WRONG_AT_MOST = 5;
const WRONG_WINDOW_MS = 60_000;
const MOST_SESSIONS = 1_000;

/** Tells whether an address is this machine's own. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Reads the rules of access from the settings.
 * @throws HTTP.NO_ACCESS_RULE for an address that others reach, without a rule who may come in
 */
export function createAccess(settings: Settings, clock: Clock): Access {
  const host = settings.get(HTTP_SETTINGS.host);
  const tokens: readonly { readonly role: Role; readonly token: string }[] = [
    { role: 'operator' as const, token: settings.get(HTTP_SETTINGS.operatorToken) },
    { role: 'viewer' as const, token: settings.get(HTTP_SETTINGS.viewerToken) },
  ].filter(({ token }) => token !== '');
  const proxy = proxyRule(settings);
  const isOpen = tokens.length === 0 && proxy === null;
  if (isOpen && !isLoopback(host)) throw failure(HTTP_ERRORS.NO_ACCESS_RULE, { host });
  const sessions = new Map<string, { readonly actor: Actor; readonly endsMs: number }>();
  const wrong = new Map<string, readonly number[]>();
  const byToken = (given: string): Actor | null => {
    const found = tokens.find(({ token }) => isSame(token, given));
    return found === undefined ? null : { name: `token:${found.role}`, role: found.role };
  };
  return {
    isOpen,
    identify({ authorization, cookie, remoteAddress, header }) {
      if (isOpen) return { name: 'local', role: 'operator' };
      const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      if (bearer !== undefined) return byToken(bearer);
      const named = proxy?.identify(remoteAddress, header) ?? null;
      if (named !== null) return named;
      const session = cookie === undefined ? undefined : sessions.get(digest(cookie));
      return session !== undefined && session.endsMs > clock.monotonicMs() ? session.actor : null;
    },
    signIn(token, remoteAddress) {
      const nowMs = clock.monotonicMs();
      const recent = (wrong.get(remoteAddress) ?? []).filter((atMs) => nowMs - atMs < WRONG_WINDOW_MS);
      if (recent.length >= WRONG_AT_MOST) return 'wait';
      const actor = byToken(token);
      if (actor === null) {
        if (wrong.size > MOST_SESSIONS) wrong.clear();
        wrong.set(remoteAddress, [...recent, nowMs]);
        return 'refused';
      }
      if (sessions.size >= MOST_SESSIONS) sessions.delete(sessions.keys().next().value ?? '');
      const session = randomBytes(32).toString('base64url');
      sessions.set(digest(session), { actor, endsMs: nowMs + settings.get(HTTP_SETTINGS.sessionMs) });
      return { session, actor };
    },
    signOut(session) {
      if (session !== undefined) sessions.delete(digest(session));
    },
  };
}

interface ProxyRule {
  /** Gives the user that a trusted proxy names; null for everybody else. */
  identify(remoteAddress: string, header: Credentials['header']): Actor | null;
}

function proxyRule(settings: Settings): ProxyRule | null {
  const header = settings.get(HTTP_SETTINGS.userHeader);
  if (header === '') return null;
  const list = (text: string): ReadonlySet<string> =>
    new Set(
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );
  const proxies = list(settings.get(HTTP_SETTINGS.trustedProxies));
  const operators = list(settings.get(HTTP_SETTINGS.operators));
  return {
    identify(remoteAddress, read) {
      if (!proxies.has(remoteAddress.replace(/^::ffff:/, ''))) return null;
      const user = read(header);
      if (user === undefined || user === '') return null;
      return { name: user, role: operators.has(user) ? 'operator' : 'viewer' };
    },
  };
}

/** Compares in a time that tells nothing about where the texts differ. */
export function isSame(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/**
 * Tells whether a request that reached an open server was meant for it: a page of a stranger whose name was pointed at
 * this machine (DNS rebinding) sends that name.
 */
export function isOwnHost(hostHeader: string | undefined): boolean {
  const name = (hostHeader ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isLoopback(name) || (isIP(name) !== 0 && isLoopback(name));
}
