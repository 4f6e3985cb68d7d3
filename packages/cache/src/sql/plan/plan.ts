import type { PoolClient } from 'pg';
import { anyRowTag, rowTag, tableTag } from '../../postgres/table-tags.ts';
import type { Sent } from '../parameters.ts';
import type { SqlDependency } from '../types.ts';
import { readParameterTypes } from './catalog.ts';
import { explore, type Reach } from './explore.ts';
import type { Parser } from './parser.ts';
import { isMovingMoment, readStatement } from './read-statement.ts';
import { type Refusal, refusal } from './refusals.ts';
import { arrayElements, canonicalText, type KeyPart, type KeyValue, rowKeyOf, topTables } from './row-key.ts';
import type { Uses } from './uses.ts';

/** What was learned of a statement. */
export interface Plan {
  readonly refusals: readonly Refusal[];
  readonly tables: readonly Table[];
  readonly parameterTypes: readonly number[];
  /** Places of the parameters that may say `today`. */
  readonly moments: readonly number[];
  /** Texts of the views, policies and functions that it goes through: another text is another statement. */
  readonly definitions: readonly string[];
  /** The tags of all tables: one list, so that comparing it costs nothing. */
  readonly tableTags: readonly string[];
  readonly hasRowKeys: boolean;
}

interface Table {
  readonly oid: number;
  readonly name: string;
  readonly rowKey: readonly KeyPart[] | null;
}

/** What a plan is made from. */
export interface PlanContext {
  /** In a transaction under the session that the statement will run under. */
  readonly client: PoolClient;
  readonly parser: Parser;
  readonly isKnownSetting: (name: string) => boolean;
}

const NONE: readonly string[] = [];
const MAXIMUM_TAGS = 32;
/** `date`, `time`, `timestamp`, `timestamptz`, `timetz`: a parameter of theirs may say `today`. */
const MOMENTS: ReadonlySet<number> = new Set([1082, 1083, 1114, 1184, 1266]);

/** Learns what a statement depends on. @throws what the database says of a statement that is wrong */
export async function makePlan(context: PlanContext, sql: string): Promise<Plan> {
  const { client, parser } = context;
  const tree = parser.parse(sql);
  if (tree === null) return refused([refusal('SYNTAX', sql.slice(0, 40))]);
  if (!('SelectStmt' in tree)) return refused([refusal('NOT_ONE_SELECT', Object.keys(tree).join(', '))]);
  const uses = readStatement(tree);
  // Nothing that the catalogue says would mend it, and not all of these can be prepared.
  if (uses.refusals.some(({ remedy }) => remedy === null)) return refused(uses.refusals);
  const parameterTypes = await readParameterTypes(client, sql);
  const { isKnownSetting } = context;
  const reach = await explore({ client, parse: parser.parse, isKnownSetting }, uses);
  const tables = tablesOf(reach, rowKeysOf({ uses, reach, tree, parameterTypes }));
  const tooMany = tables.length > MAXIMUM_TAGS ? [refusal('TOO_MANY_TABLES', `${tables.length} tables`)] : [];
  return {
    refusals: [...reach.refusals, ...tooMany],
    tables,
    parameterTypes,
    moments: parameterTypes.flatMap((type, index) => (MOMENTS.has(type) ? index : [])),
    definitions: reach.definitions,
    tableTags: Object.freeze(tables.map(({ oid }) => tableTag(oid))),
    hasRowKeys: tables.some(({ rowKey }) => rowKey !== null),
  };
}

/** Gives the tags of a read; those of rows where there is room for them. */
export function tagsOf(
  plan: Plan,
  parameters: readonly Sent[],
  own: readonly string[] = NONE,
): readonly string[] {
  if (own.length === 0 && !plan.hasRowKeys) return plan.tableTags;
  const tags = new Set(own);
  const rows = plan.tables.flatMap(({ oid, rowKey }) => {
    const keys = rowKey === null ? null : keysOf(rowKey, parameters);
    return keys === null ? [tableTag(oid)] : [...keys.map((key) => rowTag(oid, key)), anyRowTag(oid)];
  });
  const isRoomy = tags.size + rows.length <= MAXIMUM_TAGS;
  for (const tag of isRoomy ? rows : plan.tableTags) tags.add(tag);
  return [...tags];
}

/** Gives what is still against caching a read that says how long, or on what it depends. */
export function remaining(
  plan: Plan,
  parameters: readonly Sent[],
  said: { readonly ttlMs?: number | undefined; readonly tags?: readonly string[] | undefined },
): readonly Refusal[] {
  const isMoving = plan.moments.some((index) => {
    const value = parameters[index];
    return typeof value === 'string' && isMovingMoment(value);
  });
  if (plan.refusals.length === 0 && !isMoving) return plan.refusals;
  const all = isMoving ? [...plan.refusals, refusal('CLOCK_FUNCTION', 'a parameter')] : plan.refusals;
  return all.filter(({ remedy }) => {
    if (remedy === 'ttlMs') return said.ttlMs === undefined;
    return remedy !== 'tags' || (said.tags ?? []).length === 0;
  });
}

/** Says what a plan depends on, for people. */
export function dependenciesOf(plan: Plan): readonly SqlDependency[] {
  return plan.tables.map(({ oid, name, rowKey }) => ({
    table: name,
    oid,
    key: rowKey?.map(({ values }) => values.map(describeValue).join(', ')) ?? null,
  }));
}

function refused(refusals: readonly Refusal[]): Plan {
  const none = { tables: [], parameterTypes: [], moments: [], definitions: [], tableTags: [] };
  return { refusals, ...none, hasRowKeys: false };
}

function describeValue(value: KeyValue): string {
  if ('constant' in value) return `'${value.constant}'`;
  return 'parameter' in value ? `$${value.parameter}` : `any ($${value.elementsOf})`;
}

/** Gives the keys of the rows that a read may find; null where they are not known, or too many for their tags. */
function keysOf(
  parts: readonly KeyPart[],
  parameters: readonly Sent[],
): readonly (readonly string[])[] | null {
  let keys: readonly (readonly string[])[] = [[]];
  for (const part of parts) {
    const texts = textsOfPart(part, parameters);
    if (texts === null || keys.length * texts.length > MAXIMUM_TAGS) return null;
    keys = keys.flatMap((key) => texts.map((text) => [...key, text]));
  }
  return keys;
}

function textsOfPart({ type, values }: KeyPart, parameters: readonly Sent[]): readonly string[] | null {
  const texts = new Set<string>();
  for (const value of values) {
    const sent = 'constant' in value ? [value.constant] : sentOf(value, parameters);
    if (sent === null) return null;
    for (const one of sent) {
      const text = canonicalText(type, one);
      if (text === null) return null;
      texts.add(text);
    }
  }
  return [...texts];
}

function sentOf(
  value: Exclude<KeyValue, { readonly constant: string }>,
  parameters: readonly Sent[],
): readonly string[] | null {
  const isArray = 'elementsOf' in value;
  const sent = parameters[(isArray ? value.elementsOf : value.parameter) - 1];
  if (typeof sent !== 'string') return null;
  return isArray ? arrayElements(sent) : [sent];
}

/** Views have no rows of their own; a partition's changes are told of its outermost parent. */
function tablesOf(reach: Reach, rowKeys: ReadonlyMap<number, readonly KeyPart[]>): readonly Table[] {
  const tables = new Map<number, Table>();
  for (const { oid, kind, rootOid, rootName } of reach.relations) {
    if (!['r', 'p', 'm', 'f'].includes(kind)) continue;
    const isShared = reach.relations.some((other) => other.rootOid === rootOid && other.oid !== oid);
    const rowKey = isShared ? null : (rowKeys.get(oid) ?? null);
    tables.set(rootOid, { oid: rootOid, name: rootName, rowKey });
  }
  return [...tables.values()];
}

/** A row stands for its table only where the table is read once, at the top, and is not part of another. */
function rowKeysOf({
  uses,
  reach,
  tree,
  parameterTypes,
}: {
  readonly uses: Uses;
  readonly reach: Reach;
  readonly tree: unknown;
  readonly parameterTypes: readonly number[];
}): ReadonlyMap<number, readonly KeyPart[]> {
  const keys = new Map<number, readonly KeyPart[]>();
  for (const table of topTables(tree)) {
    const facts = reach.named[uses.relations.findIndex(({ range }) => range === table.range)] ?? null;
    if (facts === null || reach.readsCount.get(facts.oid) !== 1) continue;
    const isWhole =
      !facts.isPartition && facts.heirs.length === 0 && (facts.kind === 'r' || facts.kind === 'p');
    const key = isWhole ? rowKeyOf(table, facts, parameterTypes) : null;
    if (key !== null) keys.set(facts.oid, key);
  }
  return keys;
}
