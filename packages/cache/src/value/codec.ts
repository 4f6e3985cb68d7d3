/** Turns values into bytes and back. */
export interface Codec<T> {
  /** Kept with the value: bytes of another codec count as a miss. Letters, digits and dashes. */
  readonly name: string;
  /** @throws CACHE.UNSERIALISABLE */
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
  /** Whether one decoded value may be given to all; otherwise it is decoded for each. */
  isShareable(bytes: Uint8Array): boolean;
}
