import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import { ask, connectHttp, createReader, type Daemon, startDaemon } from './setup.ts';

const TOKEN = 'a-secret-of-its-own';
const DISCOVER = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

let db: TestDatabase;
let store: TestDatabase;
let urls: { readonly reader: string; readonly acting: string; readonly store: string };

beforeAll(async () => {
  await ensureBuilt();
  [db, store] = await Promise.all([createDatabase(), createDatabase()]);
  urls = { reader: await createReader(db), acting: db.url, store: store.url };
}, 120_000);
afterAll(async () => {
  await db?.close();
  await store?.close();
});

/** Sends a request whose headers a browser would not let a page set. */
function send(
  url: string,
  {
    path = '/mcp',
    method = 'POST',
    headers = {},
  }: {
    readonly path?: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}> {
  return new Promise((resolve, reject) => {
    const all = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    };
    const sent = request(new URL(path, url), { method, headers: all }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? DISCOVER : undefined);
  });
}

describe('without a token', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon(urls);
  }, 60_000);
  afterAll(() => daemon?.close());

  it('answers this machine, and neither foreign names nor foreign pages', async () => {
    const { url } = daemon.http;
    expect((await send(url, {})).status).toBe(200);
    expect((await send(url, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await send(url, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await send(url, { headers: { origin: 'null' } })).status).toBe(403);
    expect((await send(url, { headers: { origin: url } })).status).toBe(200);
  });
});

describe('with a token', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon(urls, { 'http.mcp-token': TOKEN, 'http.operator-token': 'operators-own' });
  }, 60_000);
  afterAll(() => daemon?.close());
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('lets its holder in, and tells others where to find out how', async () => {
    const { url } = daemon.http;
    const client = await connectHttp(url, bearer(TOKEN));
    expect((await ask(client, 'list_targets')).live).toBe(true);
    await client.close();
    for (const headers of [{}, bearer('wrong'), bearer('operators-own')]) {
      const { status, headers: answered } = await send(url, { headers });
      expect(status).toBe(401);
      expect(answered['www-authenticate']).toContain('/.well-known/oauth-protected-resource/mcp');
    }
    const metadata = await send(url, { method: 'GET', path: '/.well-known/oauth-protected-resource/mcp' });
    expect(JSON.parse(metadata.body)).toMatchObject({
      resource: `${url}/mcp`,
      bearer_methods_supported: ['header'],
    });
    expect((await send(url, { headers: { ...bearer(TOKEN), origin: 'https://evil.example' } })).status).toBe(
      403,
    );
  });

  it('gives its holder no right to the API', async () => {
    const { url } = daemon.http;
    for (const path of ['/api/fleet', '/api/access-log', '/metrics']) {
      expect((await send(url, { method: 'GET', path, headers: bearer(TOKEN) })).status, path).toBe(401);
    }
  });
});

it('is closed where people have to sign in and no program has a token', async () => {
  const daemon = await startDaemon(urls, { 'http.viewer-token': 'viewers-own' });
  expect((await send(daemon.http.url, { headers: { authorization: 'Bearer viewers-own' } })).status).toBe(
    403,
  );
  await daemon.close();
});

it('refuses a token that is also the token of an operator', async () => {
  const same = { 'http.mcp-token': TOKEN, 'http.operator-token': TOKEN };
  await expect(startDaemon(urls, same)).rejects.toThrow('http.mcp-token is also the token of a operator');
});
