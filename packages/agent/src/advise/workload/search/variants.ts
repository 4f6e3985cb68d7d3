import { columnKey, type IndexDefinition, type IndexKey } from '../../../planner/index.ts';

/** Limits of what a variant may be. */
export interface VariantLimits {
  readonly maximumWidth: number;
  /** Columns that a statement using the index reads of its table. */
  readonly wanted: readonly string[];
  readonly canBeKey: (column: string) => boolean;
  readonly canBeCovered: (column: string) => boolean;
}

/**
 * Makes the neighbours of an index: one column less, one more, two exchanged, keys moved to INCLUDE and back. Only plain btrees
 * have neighbours.
 */
export function variantsOf(definition: IndexDefinition, limits: VariantLimits): readonly IndexDefinition[] {
  if (definition.method !== 'btree') return [];
  const { keys, include } = definition;
  const names = new Set([...include, ...keys.flatMap(({ on }) => (on.kind === 'column' ? [on.name] : []))]);
  const absent = limits.wanted.filter((name) => !names.has(name));
  const room = keys.length < limits.maximumWidth;
  const shorter =
    keys.length < 2 ? [] : keys.map((_, index) => ({ keys: keys.toSpliced(index, 1), include }));
  const narrower = include.map((_, index) => ({ keys, include: include.toSpliced(index, 1) }));
  const bare = include.length === 0 ? [] : [{ keys, include: [] }];
  const lowered = lower(definition, limits);
  const swapped = keys.flatMap((_, index) =>
    index === 0
      ? []
      : [
          { keys: exchange(keys, index - 1, index), include },
          { keys: exchange(keys, 0, index), include },
        ],
  );
  const longer = absent
    .filter((name) => room && limits.canBeKey(name))
    .flatMap((name) =>
      [...keys.keys(), keys.length].map((at) => ({ keys: keys.toSpliced(at, 0, columnKey(name)), include })),
    );
  const wider = absent.filter(limits.canBeCovered).map((name) => ({ keys, include: [...include, name] }));
  const lifted = include
    .filter((name) => room && limits.canBeKey(name))
    .map((name) => ({ keys: [...keys, columnKey(name)], include: include.filter((one) => one !== name) }));
  const whole =
    absent.length > 1 && absent.every(limits.canBeCovered)
      ? [{ keys, include: [...include, ...absent] }]
      : [];
  return [
    ...shorter,
    ...narrower,
    ...bare,
    ...lowered,
    ...swapped,
    ...longer,
    ...wider,
    ...lifted,
    ...whole,
  ].map((parts) => ({
    ...definition,
    ...parts,
  }));
}

/** Moves the last keys to INCLUDE: with one key the planner counts on more of the order on the disk. @source src/backend/utils/adt/selfuncs.c btcostestimate */
function lower(
  { keys, include }: IndexDefinition,
  limits: VariantLimits,
): readonly Pick<IndexDefinition, 'keys' | 'include'>[] {
  return keys.slice(1).flatMap((_, index) => {
    const rest = keys.slice(index + 1);
    const columns = rest.flatMap(({ on }) => (on.kind === 'column' ? [on.name] : []));
    const isPossible = columns.length === rest.length && columns.every(limits.canBeCovered);
    return isPossible ? [{ keys: keys.slice(0, index + 1), include: [...columns, ...include] }] : [];
  });
}

/** Merges two btrees of one table: the first one's keys, then what the second has beyond. */
export function mergeOf(
  first: IndexDefinition,
  second: IndexDefinition,
  maximumWidth: number,
): IndexDefinition | null {
  const isPossible =
    first.method === 'btree' &&
    second.method === 'btree' &&
    first.schema === second.schema &&
    first.table === second.table &&
    first.predicate === second.predicate;
  if (!isPossible) return null;
  const names = new Set([
    ...first.include,
    ...first.keys.flatMap(({ on }) => (on.kind === 'column' ? [on.name] : [])),
  ]);
  const more = second.keys.filter(({ on }) => on.kind === 'expression' || !names.has(on.name));
  const keys = [...first.keys, ...more];
  const keyNames = new Set(keys.flatMap(({ on }) => (on.kind === 'column' ? [on.name] : [])));
  const include = [...new Set([...first.include, ...second.include])].filter((name) => !keyNames.has(name));
  return keys.length > maximumWidth ? null : { ...first, keys, include };
}

function exchange(keys: readonly IndexKey[], one: number, other: number): readonly IndexKey[] {
  return keys.map((key, index) =>
    index === one ? (keys[other] ?? key) : index === other ? (keys[one] ?? key) : key,
  );
}
