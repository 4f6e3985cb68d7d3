import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { formatDuration, PgstewardError } from '../../kernel/index.ts';
import { type Guard, guardedLookup, refusedHost } from './guard.ts';
import type { Outcome } from './outcome.ts';
import { redact, secretsOfUrl } from './redact.ts';

/** A message to an HTTP receiver. */
export interface Post {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly timeoutMs: number;
  readonly guard: Guard;
  /** Whether the body is sent compressed with gzip. */
  readonly isCompressed?: boolean;
  /** Gives the attempt up. */
  readonly signal?: AbortSignal;
  /** Is told the beginning of what a receiver says that took the message; it may repeat secrets. */
  readonly onAnswer?: (text: string) => void;
  /** What must not be shown beside the parts of the address. */
  readonly secrets: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Of an answer only the beginning is read: it may be anything. */
const MAXIMUM_ANSWER_BYTES = 65_536;
const compress = promisify(gzip);
const RETRIED_STATUSES: readonly number[] = [408, 425, 429];

/**
 * Posts JSON once, to an address that was checked, without following redirects.
 * @param now for a `Retry-After` that is a date
 */
export async function postJson(post: Post, now: Date): Promise<Outcome> {
  const secrets = [...post.secrets, ...secretsOfUrl(post.url)];
  const refused = refusedHost(new URL(post.url).hostname, post.guard);
  if (refused !== null) return { kind: 'refused', responseStatus: null, error: refused.message };
  const timeout = AbortSignal.timeout(post.timeoutMs);
  const signal = post.signal === undefined ? timeout : AbortSignal.any([timeout, post.signal]);
  try {
    const answer = await exchange(post, signal);
    const outcome = outcomeOf(answer, secrets, now);
    if (outcome.kind === 'delivered') post.onAnswer?.(answer.text);
    return outcome;
  } catch (error) {
    if (error instanceof PgstewardError) {
      return { kind: 'refused', responseStatus: null, error: redact(error.message, secrets) };
    }
    const reason = timeout.aborted ? `no answer within ${formatDuration(post.timeoutMs)}` : reasonOf(error);
    return { kind: 'unreachable', responseStatus: null, error: redact(reason, secrets), retryAfterMs: null };
  }
}

/**
 * Reads `Retry-After`: seconds, or a date.
 * @returns milliseconds from `now`; null when it says neither
 * @source RFC 9110, 10.2.3
 */
export function parseRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

async function exchange(
  { url, headers, body, guard, isCompressed = false }: Post,
  signal: AbortSignal,
): Promise<Answer> {
  const text = JSON.stringify(body);
  const content = isCompressed ? await compress(text) : Buffer.from(text);
  const target = new URL(url);
  const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      target,
      {
        method: 'POST',
        // A connection of its own: none that was opened to an address checked for somebody else.
        agent: false,
        lookup: guardedLookup(guard),
        signal,
        headers: {
          'user-agent': 'pgsteward',
          ...headers,
          'content-type': 'application/json; charset=utf-8',
          ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
          'content-length': content.length,
        },
      },
      (answer) => readAnswer(answer).then(resolve, reject),
    );
    sent.on('error', reject);
    sent.end(content);
  });
}

async function readAnswer(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAXIMUM_ANSWER_BYTES) break;
  }
  const text = Buffer.concat(chunks).subarray(0, MAXIMUM_ANSWER_BYTES).toString('utf8');
  return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], text };
}

function outcomeOf({ status, retryAfter, text }: Answer, secrets: readonly string[], now: Date): Outcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', responseStatus: status };
  const says = redact(text, secrets);
  const error = `HTTP ${status}${says === '' ? '' : `: ${says}`}`;
  if (status >= 500 || RETRIED_STATUSES.includes(status)) {
    const retryAfterMs = parseRetryAfter(retryAfter, now);
    return { kind: 'unreachable', responseStatus: status, error, retryAfterMs };
  }
  const isRedirect = status >= 300 && status < 400;
  const shown = isRedirect ? `HTTP ${status}: redirects are not followed` : error;
  return { kind: 'refused', responseStatus: status, error: shown };
}

/** An attempt at several addresses that all fail has no message of its own. */
function reasonOf(error: unknown): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  return message === '' ? (code ?? name) : message;
}
