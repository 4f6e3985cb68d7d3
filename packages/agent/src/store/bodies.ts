/** Bodies of rows one after another, to be sent as one value: an array of `bytea` would travel as text. */
export interface PackedBodies {
  readonly bytes: Buffer;
  /** Place of the first byte of each body, from 1 as SQL counts. */
  readonly firsts: readonly number[];
  readonly lengths: readonly number[];
}

/** Lays bodies one after another. */
export function packBodies(bodies: readonly Buffer[]): PackedBodies {
  const firsts: number[] = [];
  let next = 1;
  for (const body of bodies) {
    firsts.push(next);
    next += body.length;
  }
  return { bytes: Buffer.concat(bodies), firsts, lengths: bodies.map((body) => body.length) };
}
