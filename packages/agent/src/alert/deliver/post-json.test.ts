import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { second } from '../fixtures.ts';
import type { HostAddress } from './addresses.ts';
import type { Outcome } from './outcome.ts';
import { parseRetryAfter, postJson } from './post-json.ts';

const METADATA = { address: '169.254.169.254', family: 4 };
const TOKEN = 'T0KEN-of-the-path';

let server: Server;
let port = 0;
/** What was asked of the server, and what it answers. */
const asked: { readonly url: string; readonly headers: unknown; readonly body: string }[] = [];
let answer: { readonly status: number; readonly headers?: Record<string, string>; readonly text?: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const sent = Buffer.concat(parts);
      const isCompressed = request.headers['content-encoding'] === 'gzip';
      const body = (isCompressed ? gunzipSync(sent) : sent).toString('utf8');
      asked.push({ url: request.url ?? '', headers: request.headers, body });
      response.writeHead(answer.status, answer.headers).end(answer.text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

function post(url: string, addresses: readonly HostAddress[] = [], timeoutMs = 5_000): Promise<Outcome> {
  const guard = { resolve: async () => addresses, allowsLinkLocal: false };
  return postJson({ url, body: { text: 'ä' }, timeoutMs, guard, secrets: ['other-secret'] }, second(0));
}

const here = (path = TOKEN): string => `http://127.0.0.1:${port}/${path}`;

describe('a post', () => {
  it('arrives as JSON in UTF-8', async () => {
    answer = { status: 202 };
    expect(await post(here())).toEqual({ kind: 'delivered', responseStatus: 202 });
    expect(asked.at(-1)).toMatchObject({
      url: `/${TOKEN}`,
      body: '{"text":"ä"}',
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': '13' },
    });
  });

  it('is compressed where that is asked for, and hands over what the receiver says', async () => {
    answer = { status: 200, text: '{"partialSuccess":{}}' };
    const said: string[] = [];
    const guard = { resolve: async () => [], allowsLinkLocal: false };
    await postJson(
      {
        url: here(),
        body: { text: 'ä' },
        timeoutMs: 5_000,
        guard,
        secrets: [],
        isCompressed: true,
        onAnswer: (text) => said.push(text),
      },
      second(0),
    );
    expect(asked.at(-1)).toMatchObject({ body: '{"text":"ä"}', headers: { 'content-encoding': 'gzip' } });
    expect(said).toEqual(['{"partialSuccess":{}}']);
  });

  it.each([
    ['refused', 400],
    ['refused', 404],
    ['refused', 413],
    ['unreachable', 408],
    ['unreachable', 429],
    ['unreachable', 500],
    ['unreachable', 503],
  ])('is %s after %i', async (kind, status) => {
    answer = { status, text: 'no' };
    expect(await post(here())).toMatchObject({ kind, responseStatus: status, error: `HTTP ${status}: no` });
  });

  it('shows no secret that the answer repeats', async () => {
    answer = { status: 400, text: `bad token ${TOKEN}, other-secret` };
    expect(await post(here())).toMatchObject({ error: 'HTTP 400: bad token ***, ***' });
  });

  it('keeps of a long answer its beginning', async () => {
    answer = { status: 400, text: 'x'.repeat(1e6) };
    const outcome = await post(here());
    expect(outcome.kind === 'refused' && outcome.error.length).toBe('HTTP 400: '.length + 300);
  });

  it('does not follow a redirect', async () => {
    answer = { status: 307, headers: { location: `/elsewhere` }, text: TOKEN };
    const before = asked.length;
    expect(await post(here())).toMatchObject({
      kind: 'refused',
      error: expect.stringContaining('redirects'),
    });
    expect(asked).toHaveLength(before + 1);
  });

  it('asks for another attempt when nobody answers', async () => {
    const refused = await post('http://127.0.0.1:1/x');
    expect(refused).toMatchObject({ kind: 'unreachable', responseStatus: null });
    expect(refused).toMatchObject({ error: expect.stringContaining('ECONNREFUSED') });
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0xa9.254.0251.254/',
    'http://169.254.43518/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
  ])('is refused to a link-local address, however it is written: %s', async (url) => {
    expect(await post(url)).toMatchObject({
      kind: 'refused',
      error: expect.stringContaining('refused to connect'),
    });
  });

  it.each([
    ['only', [METADATA]],
    ['among others', [{ address: '127.0.0.1', family: 4 }, METADATA]],
  ])('is refused to a name that leads to a link-local address, %s', async (_, addresses) => {
    answer = { status: 200 };
    const before = asked.length;
    expect(await post(`http://hooks.example:${port}/`, addresses)).toMatchObject({
      kind: 'refused',
      error: 'refused to connect to hooks.example',
    });
    expect(asked).toHaveLength(before);
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Mon, 05 Jan 2026 00:02:00 GMT', 120_000],
    ['Sun, 04 Jan 2026 00:00:00 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('is read: %s', (header, ms) => {
    expect(parseRetryAfter(header, second(0))).toBe(ms);
  });
});
