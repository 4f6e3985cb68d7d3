import type { PoolClient } from 'pg';
import {
  type FunctionFacts,
  type RelationFacts,
  readFunctions,
  readRelations,
  resolveNames,
} from './catalog.ts';
import { type Call, judgeFunction } from './judge-function.ts';
import { hasPolicies, judgeRelation, type Reader } from './judge-relation.ts';
import { readStatement } from './read-statement.ts';
import { readStoredTree } from './read-stored-tree.ts';
import { type Refusal, refusal } from './refusals.ts';
import type { Uses } from './uses.ts';

/** What a statement reaches, through views, policies and functions. */
export interface Reach {
  readonly refusals: readonly Refusal[];
  readonly relations: readonly RelationFacts[];
  /** Relations of the statement's own text by the place of their name in it; null for a CTE. */
  readonly named: readonly (RelationFacts | null)[];
  /** How often the statement and all that it reaches read a relation. */
  readonly readsCount: ReadonlyMap<number, number>;
  /** Texts of the views, policies and functions that it goes through. */
  readonly definitions: readonly string[];
}

/** What is known before. */
export interface ExploreContext {
  readonly client: PoolClient;
  readonly parse: (sql: string) => unknown;
  /** Whether a setting is part of the key. */
  readonly isKnownSetting: (name: string) => boolean;
}

/** Follows what a statement uses until nothing new is found. */
export async function explore(context: ExploreContext, uses: Uses): Promise<Reach> {
  const explorer = new Explorer(context);
  const named = await explorer.follow(uses, { reader: 'session', isInPolicy: false });
  const relations = explorer.relations;
  return {
    refusals: distinct(explorer.refusals),
    relations: [...relations.values()],
    named: named.map((oid) => (oid === null ? null : (relations.get(oid) ?? null))),
    readsCount: explorer.readsCount,
    definitions: [...explorer.definitions].toSorted(),
  };
}

interface Origin {
  readonly reader: Reader;
  readonly isInPolicy: boolean;
}

class Explorer {
  readonly refusals: Refusal[] = [];
  readonly relations: Map<number, RelationFacts> = new Map();
  readonly readsCount: Map<number, number> = new Map();
  readonly definitions: Set<string> = new Set();
  readonly #context: ExploreContext;
  readonly #functions = new Map<number, FunctionFacts>();
  /** What was followed already, and from where. */
  readonly #done = new Set<string>();

  constructor(context: ExploreContext) {
    this.#context = context;
  }

  /** @returns the OID of each relation named in a text, in order */
  async follow(uses: Uses, origin: Origin): Promise<readonly (number | null)[]> {
    const names = await resolveNames(this.#context.client, uses);
    this.refusals.push(...uses.refusals);
    for (const name of uses.settings) {
      if (name !== null && this.#context.isKnownSetting(name)) continue;
      this.refusals.push(refusal('UNKNOWN_SETTING', name ?? 'a name that is computed'));
    }
    const named = names.relations.flatMap((oid) => oid ?? []);
    await this.#followRelations([...named, ...uses.relationOids], origin);
    const { isInPolicy } = origin;
    await this.#followFunctions([...names.functions, ...uses.functionOids], { isInPolicy, isImplied: false });
    await this.#followFunctions(names.implied, { isInPolicy, isImplied: true });
    return names.relations;
  }

  async #followRelations(oids: readonly number[], origin: Origin): Promise<void> {
    for (const oid of oids) this.readsCount.set(oid, (this.readsCount.get(oid) ?? 0) + 1);
    const unread = oids.filter((oid) => !this.relations.has(oid));
    if (unread.length > 0) {
      for (const facts of await readRelations(this.#context.client, unread))
        this.relations.set(facts.oid, facts);
    }
    const { reader, isInPolicy } = origin;
    const by = reader === 'session' ? reader : reader.ownerOid;
    for (const oid of oids) {
      const facts = this.relations.get(oid);
      if (facts !== undefined && this.#isFirst(`relation ${oid} ${by} ${isInPolicy}`)) {
        await this.#enterRelation(facts, origin);
      }
    }
  }

  async #enterRelation(facts: RelationFacts, origin: Origin): Promise<void> {
    const refusals = judgeRelation(facts);
    this.refusals.push(...refusals);
    await this.#followRelations(facts.heirs, origin);
    const isOfSystem = refusals.some(({ code }) => code === 'SYSTEM_TABLE');
    if (facts.rule !== null && !isOfSystem) {
      this.definitions.add(facts.rule);
      await this.follow(readStoredTree(facts.rule), { ...origin, reader: readerBehind(facts, origin) });
    }
    const { reader } = origin;
    if (!hasPolicies(facts, reader)) return;
    for (const policy of facts.policies) {
      this.definitions.add(policy);
      await this.follow(readStoredTree(policy), { reader, isInPolicy: true });
    }
  }

  async #followFunctions(oids: readonly number[], call: Call): Promise<void> {
    const unread = oids.filter((oid) => !this.#functions.has(oid));
    if (unread.length > 0) {
      for (const facts of await readFunctions(this.#context.client, unread))
        this.#functions.set(facts.oid, facts);
    }
    for (const oid of oids) {
      const facts = this.#functions.get(oid);
      const step = `function ${oid} ${call.isInPolicy} ${call.isImplied}`;
      if (facts !== undefined && this.#isFirst(step)) await this.#enterFunction(facts, call);
    }
  }

  async #enterFunction(facts: FunctionFacts, call: Call): Promise<void> {
    if (facts.schema !== 'pg_catalog')
      this.definitions.add(`${facts.body ?? facts.source} ${facts.defaults}`);
    const judgement = judgeFunction(facts, call);
    if (judgement.kind === 'refused') this.refusals.push(judgement.refusal);
    if (judgement.kind === 'look-inside') await this.#lookInside(facts, call);
    if (facts.defaults === null) return;
    await this.follow(readStoredTree(facts.defaults), { reader: 'session', isInPolicy: call.isInPolicy });
  }

  async #lookInside(facts: FunctionFacts, call: Call): Promise<void> {
    // Also within a view a function has the rights of who asks.
    const origin: Origin = { reader: 'session', isInPolicy: call.isInPolicy };
    if (facts.parts.length > 0) await this.#followFunctions(facts.parts, { ...call, isImplied: true });
    else if (facts.body !== null) await this.follow(readStoredTree(facts.body), origin);
    else {
      const tree = this.#context.parse(facts.source);
      if (tree !== null) await this.follow(readStatement(tree), origin);
      else this.refusals.push(refusal('OPAQUE_FUNCTION', `${facts.schema}.${facts.name}`));
    }
  }

  #isFirst(step: string): boolean {
    if (this.#done.has(step)) return false;
    this.#done.add(step);
    return true;
  }
}

/** The tables of a view are read with its owner's rights, unless it says otherwise. */
function readerBehind(view: RelationFacts, { reader }: Origin): Reader {
  if (view.isSecurityInvoker) return reader;
  return { ownerOid: view.ownerOid, isPastRowSecurity: view.isOwnerPastRowSecurity };
}

function distinct(refusals: readonly Refusal[]): readonly Refusal[] {
  return [...new Map(refusals.map((one) => [`${one.code} ${one.subject}`, one])).values()];
}
