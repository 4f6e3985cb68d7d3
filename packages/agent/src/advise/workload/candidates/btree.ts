import { btree, columnKey, type IndexKey } from '../../../planner/index.ts';
import type { OrderedColumn } from '../../../sql/index.ts';
import { canBeCovered, canBeKey } from './column-types.ts';
import type { Draft, DraftInputs } from './draft.ts';

/** Key columns of an occurrence of which all orders are tried. */
const PERMUTED = 8;

/** Columns up to which a column that is only read is tried as a second key. */
const FEW_REFERENCED = 16;

/** Columns up to which an index that answers alone is made. */
const COVERED = 12;

/**
 * Makes btrees for one table of one statement: each column that a condition, join, order or group names, their ordered pairs and
 * triples, equality columns followed by the order, and covers of all columns that the statement reads.
 */
export function btreeCandidates(inputs: DraftInputs): readonly Draft[] {
  const { occurrence, table, constraints } = inputs;
  const known = new Map(table.columns.map((column) => [column.name, column]));
  const isKey = (name: string): boolean => {
    const column = known.get(name);
    return column !== undefined && canBeKey(column);
  };
  const width = constraints.maximumWidth;
  const roles = rolesInOrder(inputs).filter(isKey).slice(0, PERMUTED);
  const referenced = [...occurrence.referenced].filter((name) => known.has(name)).toSorted();
  const seconds =
    referenced.length <= FEW_REFERENCED ? [...new Set([...roles, ...referenced.filter(isKey)])] : roles;
  const draft = (columns: readonly string[], why: string, include: readonly string[] = []): Draft => ({
    definition: btree(table, columns.map(columnKey), { include }),
    why,
  });
  const singles = roles.map((name) => draft([name], `${name} is filtered, joined, sorted or grouped by`));
  const pairs =
    width < 2 ? [] : pairsOf(roles, seconds).map((pair) => draft(pair, `${pair.join(' and ')} together`));
  const triples =
    width < 3 ? [] : triplesOf(roles).map((three) => draft(three, `${three.join(', ')} together`));
  const ordered = orderedKeys(inputs, isKey).map((keys) => ({
    definition: btree(table, keys),
    why: 'equality first, then the order that is asked for: no sort',
  }));
  const canCover =
    referenced.length <= COVERED &&
    referenced.every((name) => {
      const column = known.get(name);
      return column !== undefined && canBeCovered(column);
    });
  const leads = roles.length === 0 ? referenced.filter(isKey).slice(0, 1) : roles;
  const covers = canCover ? coversOf(leads, referenced, { width, isKey }) : [];
  return [
    ...singles,
    ...ordered,
    ...pairs,
    ...triples,
    ...covers.map(({ keys, include }) =>
      draft(keys, 'holds every column that is read: no table access', include),
    ),
  ];
}

/** Columns with a role: equality and join first, then order and group, then range, then the rest. */
function rolesInOrder({ occurrence }: DraftInputs): readonly string[] {
  const rank = (name: string): number => {
    const roles = occurrence.roles.get(name);
    if (roles?.has('equality') === true) return 0;
    if (roles?.has('join') === true) return 1;
    if (roles?.has('range') === true) return 2;
    return roles?.has('filter') === true ? 4 : 3;
  };
  const columns = new Set([
    ...occurrence.roles.keys(),
    ...occurrence.order.map((one) => one.column),
    ...occurrence.group,
  ]);
  return [...columns].toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

function pairsOf(firsts: readonly string[], seconds: readonly string[]): readonly (readonly string[])[] {
  return firsts.flatMap((first) => seconds.flatMap((second) => (second === first ? [] : [[first, second]])));
}

function triplesOf(columns: readonly string[]): readonly (readonly string[])[] {
  return pairsOf(columns, columns).flatMap(([first = '', second = '']) =>
    columns.flatMap((third) => (third === first || third === second ? [] : [[first, second, third]])),
  );
}

/** Covers: for each choice of the first two keys all other columns behind them, as keys while there is room, else in INCLUDE. */
function coversOf(
  leads: readonly string[],
  referenced: readonly string[],
  { width, isKey }: { readonly width: number; readonly isKey: (name: string) => boolean },
): readonly { readonly keys: readonly string[]; readonly include: readonly string[] }[] {
  const starts = [...leads.map((lead) => [lead]), ...(width < 2 ? [] : pairsOf(leads, leads))];
  return starts.map((start) => {
    const rest = referenced.filter((name) => !start.includes(name));
    const fits = start.length + rest.length <= width && rest.every(isKey);
    return fits ? { keys: [...start, ...rest], include: [] } : { keys: start, include: rest };
  });
}

/** Equality columns, then the order by columns with their directions; and the order alone. */
function orderedKeys(
  { occurrence, constraints }: DraftInputs,
  isKey: (name: string) => boolean,
): readonly (readonly IndexKey[])[] {
  const order = occurrence.order.filter((one) => isKey(one.column));
  const group = occurrence.group.filter(isKey);
  const equal = [...occurrence.roles]
    .filter(([name, roles]) => isKey(name) && (roles.has('equality') || roles.has('join')))
    .map(([name]) => name)
    .toSorted();
  const tails: readonly (readonly IndexKey[])[] = [
    ...(order.length === 0 ? [] : [order.map(orderKey)]),
    ...(group.length < 2 ? [] : [group.map(columnKey)]),
  ];
  const starts = [[], ...equal.map((name) => [name]), ...(equal.length > 1 ? [equal] : [])];
  return tails
    .flatMap((tail) =>
      starts.map((start) => {
        const names = tail.flatMap(({ on }) => (on.kind === 'column' ? [on.name] : []));
        return [...start.filter((name) => !names.includes(name)).map(columnKey), ...tail];
      }),
    )
    .filter((keys) => keys.length <= constraints.maximumWidth);
}

/** All keys descending reads as well backwards: an index is only directed where directions are mixed. */
function orderKey(one: OrderedColumn, _index: number, all: readonly OrderedColumn[]): IndexKey {
  const isMixed = all.some(
    (other) => other.isDescending !== all[0]?.isDescending || other.nullsFirst !== all[0]?.nullsFirst,
  );
  if (!isMixed && one.nullsFirst === null) return columnKey(one.column);
  return { ...columnKey(one.column), isDescending: one.isDescending, nullsFirst: one.nullsFirst };
}
