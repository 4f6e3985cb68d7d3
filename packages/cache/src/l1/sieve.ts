import type { Entry } from './entry.ts';

/** What a process holds, within limits. */
export interface Sieve {
  get(id: string): Entry | undefined;
  set(entry: Entry): void;
  delete(id: string): void;
  clear(): void;
  readonly entriesCount: number;
  readonly sizeBytes: number;
}

/** Limits of a sieve, and whom it tells. */
export interface SieveOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Told of each entry that leaves, for whatever reason. */
  readonly onLeave: (entry: Entry, isEvicted: boolean) => void;
}

interface Node {
  readonly entry: Entry;
  isVisited: boolean;
  newer: Node | null;
  older: Node | null;
}

/**
 * Creates an empty sieve: a queue whose hand walks from old to new, spares what was read since it last came by, and evicts
 * the first that was not. A hit sets one bit, where LRU would move the entry to the front.
 * @source Zhang, Yang, Yue, Vigfusson, Rashmi: SIEVE is Simpler than LRU (NSDI 2024)
 */
export function createSieve(options: SieveOptions): Sieve {
  return new LinkedSieve(options);
}

class LinkedSieve implements Sieve {
  readonly #options: SieveOptions;
  readonly #nodes = new Map<string, Node>();
  #newest: Node | null = null;
  #oldest: Node | null = null;
  #hand: Node | null = null;
  #sizeBytes = 0;

  constructor(options: SieveOptions) {
    this.#options = options;
  }

  get entriesCount(): number {
    return this.#nodes.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(id: string): Entry | undefined {
    const node = this.#nodes.get(id);
    if (node === undefined) return undefined;
    node.isVisited = true;
    return node.entry;
  }

  set(entry: Entry): void {
    this.delete(entry.id);
    if (entry.sizeBytes > this.#options.maxBytes) {
      this.#options.onLeave(entry, true);
      return;
    }
    while (
      this.#nodes.size >= this.#options.maxEntries ||
      this.#sizeBytes + entry.sizeBytes > this.#options.maxBytes
    ) {
      this.#evict();
    }
    const node: Node = { entry, isVisited: false, newer: null, older: this.#newest };
    if (this.#newest !== null) this.#newest.newer = node;
    this.#newest = node;
    this.#oldest ??= node;
    this.#nodes.set(entry.id, node);
    this.#sizeBytes += entry.sizeBytes;
  }

  delete(id: string): void {
    const node = this.#nodes.get(id);
    if (node !== undefined) this.#remove(node, false);
  }

  clear(): void {
    for (const node of [...this.#nodes.values()]) this.#remove(node, false);
  }

  #evict(): void {
    let node = this.#hand ?? this.#oldest;
    while (node?.isVisited === true) {
      node.isVisited = false;
      node = node.newer ?? this.#oldest;
    }
    if (node === null) return;
    this.#hand = node.newer;
    this.#remove(node, true);
  }

  #remove(node: Node, isEvicted: boolean): void {
    if (this.#hand === node) this.#hand = node.newer;
    if (node.newer === null) this.#newest = node.older;
    else node.newer.older = node.older;
    if (node.older === null) this.#oldest = node.newer;
    else node.older.newer = node.newer;
    this.#nodes.delete(node.entry.id);
    this.#sizeBytes -= node.entry.sizeBytes;
    this.#options.onLeave(node.entry, isEvicted);
  }
}
