import { CACHE_ERRORS, failure } from './errors.ts';
import type { TagVersion } from './l2/types.ts';

/** More than this are an answer that depends on everything: a coarser tag says so for less. */
const MAXIMUM_TAGS = 32;
const LONGEST_TAG = 512;

/** What this process knows of one tag; entries and loads that depend on it point to it. */
export interface TagCell {
  readonly tag: string;
  version: TagVersion;
  holders: number;
}

/** The tags that this process has something of. */
export interface TagTable {
  /** The namespace is a tag that everything carries. */
  readonly namespace: TagCell;
  /** Gives the namespace's cell and one for each tag; {@link TagTable.release} them when done. */
  hold(tags: readonly string[]): readonly TagCell[];
  release(cells: readonly TagCell[]): void;
  /** Learns a version; an older one than known changes nothing. */
  raise(tag: string, version: TagVersion): void;
  /** Makes a version newer than known, for as long as the shared store has not said a better one. */
  advance(tag: string): TagVersion;
  /**
   * Forgets every version; what was read under one is dead. A server that took over may count from less: whoever went by
   * the greater number would agree with nobody.
   */
  reset(): void;
}

/** Cells that nobody holds are kept up to this many: most are asked for again at once. */
const MAXIMUM_IDLE = 1_000;

/** Creates a table that knows nothing. */
export function createTagTable(): TagTable {
  const cells = new Map<string, TagCell>();
  const namespace: TagCell = { tag: '', version: 0, holders: 1 };
  let idle = 0;
  const hold = (tag: string): TagCell => {
    let cell = cells.get(tag);
    if (cell === undefined) {
      cell = { tag, version: 0, holders: 0 };
      cells.set(tag, cell);
    } else if (cell.holders === 0) {
      idle -= 1;
    }
    cell.holders += 1;
    return cell;
  };
  const sweep = (): void => {
    for (const cell of cells.values()) if (cell.holders === 0) cells.delete(cell.tag);
    idle = 0;
  };
  return {
    namespace,
    hold(tags) {
      const held = [namespace];
      for (const tag of tags) held.push(hold(tag));
      return held;
    },
    release(held) {
      for (const cell of held) {
        if (cell === namespace) continue;
        cell.holders -= 1;
        if (cell.holders === 0) idle += 1;
      }
      if (idle > MAXIMUM_IDLE) sweep();
    },
    raise(tag, version) {
      const cell = cells.get(tag);
      if (cell !== undefined && cell.version < version) cell.version = version;
    },
    advance(tag) {
      const cell = cells.get(tag);
      if (cell === undefined) return 1;
      cell.version += 1;
      return cell.version;
    },
    reset() {
      namespace.version = 0;
      for (const cell of cells.values()) cell.version = 0;
    },
  };
}

/** Whether nothing was invalidated since the versions were read. */
export function isCurrent(cells: readonly TagCell[], versions: readonly TagVersion[]): boolean {
  for (let index = 0; index < cells.length; index += 1) {
    if (cells[index]?.version !== versions[index]) return false;
  }
  return true;
}

/** Whether two lists of tags are the same; most are the very same list. */
export function isSameTags(one: readonly string[], other: readonly string[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}

/** Checks tags that a caller gave. @throws CACHE.INVALID_TAGS */
export function checkTags(tags: readonly string[], maximum: number = MAXIMUM_TAGS): void {
  if (!Array.isArray(tags))
    throw refuse(`they are no list but ${tags === null ? 'null' : typeof tags}`, maximum);
  if (tags.length > maximum) throw refuse(`they are ${tags.length}`, maximum);
  for (const tag of tags as readonly unknown[]) {
    if (typeof tag !== 'string') throw refuse(`one is of type ${typeof tag}`, maximum);
    if (tag.length === 0 || tag.length > LONGEST_TAG)
      throw refuse(`one has ${tag.length} characters`, maximum);
  }
}

function refuse(reason: string, maximum: number): Error {
  return failure(CACHE_ERRORS.INVALID_TAGS, { reason, maximum });
}
