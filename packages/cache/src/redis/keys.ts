import { hash } from 'node:crypto';

/**
 * Names of everything in Redis. Braces mark the hash slot: a value and its lease share one, so that a script may touch
 * both; every tag has its own, so that the tags of users spread over the nodes of a cluster; what is one of a kind shares the
 * namespace's, so that a script numbers a message in the same step.
 *
 * | key                  | holds                                                          |
 * | -------------------- | -------------------------------------------------------------- |
 * | `pgc:<ns>:v:{<id>}`  | a value                                                        |
 * | `pgc:<ns>:l:{<id>}`  | the lease on it: token, `+` where somebody waits               |
 * | `pgc:<ns>:t:{<tag>}` | version of a tag, and the LSN of the last marked invalidation  |
 * | `pgc:{<ns>}:e`       | version of the namespace: a tag that everything carries        |
 * | `pgc:{<ns>}:wm`      | watermark: LSN and milliseconds                                |
 * | `pgc:{<ns>}:seq`     | number of the last message                                     |
 * | channel `pgc:<ns>:inv`  | messages, numbered: invalidations, deletions, watermarks    |
 * | channel `pgc:<ns>:fill` | ids whose lease was given back, where somebody waits        |
 *
 * An id or a tag that is long, or holds more than letters, digits and `_ . : -`, is `#` and 128 bits of its SHA-256.
 */
export interface RedisKeys {
  value(id: string): string;
  lease(id: string): string;
  tag(tag: string): string;
  readonly namespace: string;
  readonly watermark: string;
  readonly sequence: string;
  readonly channel: string;
  readonly fills: string;
}

/** Gives the names of one namespace. */
export function redisKeys(namespace: string): RedisKeys {
  const prefix = `pgc:${namespace}:`;
  const shared = `pgc:{${namespace}}:`;
  return {
    value: (id) => `${prefix}v:{${plain(id)}}`,
    lease: (id) => `${prefix}l:{${plain(id)}}`,
    tag: (tag) => `${prefix}t:{${plain(tag)}}`,
    namespace: `${shared}e`,
    watermark: `${shared}wm`,
    sequence: `${shared}seq`,
    channel: `${prefix}inv`,
    fills: `${prefix}fill`,
  };
}

function plain(text: string): string {
  return /^[\w.:-]{1,64}$/.test(text) ? text : `#${shortHash(text)}`;
}

/** UTF-16 keeps apart what UTF-8 would not: two lone surrogates are both U+FFFD there. */
function shortHash(text: string): string {
  return hash('sha256', Buffer.from(text, 'utf16le'), 'base64url').slice(0, 22);
}
