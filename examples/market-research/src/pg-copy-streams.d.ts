/** The part of pg-copy-streams 7 that this package uses; the package itself ships no types. */
declare module 'pg-copy-streams' {
  import type { Writable } from 'node:stream';
  import type { Submittable } from 'pg';

  /** Makes the stream that feeds `copy ... from stdin`; pass it to `client.query`. */
  export function from(sql: string): Writable & Submittable;
}
