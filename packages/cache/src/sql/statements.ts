import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { type Aged, createAged } from './aged.ts';
import { begin, withClient } from './load.ts';
import { loadParser, type Parser } from './plan/parser.ts';
import { makePlan, type Plan } from './plan/plan.ts';
import { type BaseSession, type LoadSession, readBaseSession, sessionOf, sessionText } from './session.ts';
import type { SqlSession } from './types.ts';

/** A statement under a session, and what is known of it. */
export interface Statement {
  readonly session: LoadSession;
  readonly plan: Plan;
  /** The same for all who would get the same answer to the same parameters and values of settings. */
  readonly id: string;
}

/** Statements that were looked at. */
export interface Statements {
  /** Gives what is known already, without waiting; null where something must be read first. */
  current(sql: string, own: SqlSession | undefined): Statement | null;
  get(sql: string, own: SqlSession | undefined): Promise<Statement>;
  session(own: SqlSession | undefined): Promise<LoadSession>;
  /** Forgets one statement: the catalogue has changed. */
  drop(sql: string): void;
  forget(): void;
  parser(): Promise<Parser>;
}

/** Beyond these the oldest go: a statement with its constants written in it is met once. */
const MAXIMUM_SESSIONS = 10_000;
const MAXIMUM_SHAPES = 1_000;
const MAXIMUM_PLANS = 1_000;
const NO_SESSION: SqlSession = {};

/** A session, and the plans of all sessions of its shape. */
interface Held {
  readonly session: LoadSession;
  readonly plans: Plans;
}

type Plans = Map<string, Aged<Planned>>;

interface Planned {
  readonly plan: Plan;
  readonly id: string;
}

/** Learns of statements through a pool, and remembers. */
export function createStatements(pool: Pool, maxAgeMs: number): Statements {
  return new KnownStatements(pool, maxAgeMs);
}

class KnownStatements implements Statements {
  readonly #pool: Pool;
  readonly #maxAgeMs: number;
  readonly #base: Aged<BaseSession>;
  readonly #sessions = new Map<string, Held>();
  readonly #shapes = new Map<string, Plans>();
  #baseText = '';
  #default: Held | null = null;
  #parser: Promise<Parser> | null = null;

  constructor(pool: Pool, maxAgeMs: number) {
    this.#pool = pool;
    this.#maxAgeMs = maxAgeMs;
    this.#base = createAged(() => this.#readBase(), maxAgeMs);
  }

  current(sql: string, own: SqlSession | undefined): Statement | null {
    const base = this.#base.current();
    if (base === null) return null;
    const { session, plans } = this.#held(base, own);
    const planned = plans.get(sql)?.current() ?? null;
    return planned === null ? null : { session, plan: planned.plan, id: planned.id };
  }

  async get(sql: string, own: SqlSession | undefined): Promise<Statement> {
    const { session, plans } = this.#held(await this.#base.get(), own);
    let aged = plans.get(sql);
    if (aged === undefined) {
      aged = createAged(() => this.#plan(session, sql), this.#maxAgeMs);
      setBounded(plans, { key: sql, value: aged, maximum: MAXIMUM_PLANS });
    }
    const { plan, id } = await aged.get();
    return { session, plan, id };
  }

  async session(own: SqlSession | undefined): Promise<LoadSession> {
    return this.#held(await this.#base.get(), own).session;
  }

  drop(sql: string): void {
    for (const plans of this.#shapes.values()) plans.delete(sql);
  }

  forget(): void {
    this.#sessions.clear();
    this.#shapes.clear();
    this.#default = null;
  }

  parser(): Promise<Parser> {
    this.#parser ??= loadParser();
    return this.#parser;
  }

  /** Another database behind the same address, or other defaults: nothing that was learned holds. */
  async #readBase(): Promise<BaseSession> {
    const base = await withClient(this.#pool, undefined, readBaseSession);
    const text = JSON.stringify(base);
    if (text !== this.#baseText) this.forget();
    this.#baseText = text;
    return base;
  }

  #held(base: BaseSession, own: SqlSession | undefined): Held {
    if (own === undefined) {
      this.#default ??= this.#hold(base, NO_SESSION);
      return this.#default;
    }
    const text = sessionText(own);
    const known = this.#sessions.get(text);
    if (known !== undefined) return known;
    const held = this.#hold(base, own);
    setBounded(this.#sessions, { key: text, value: held, maximum: MAXIMUM_SESSIONS });
    return held;
  }

  #hold(base: BaseSession, own: SqlSession): Held {
    const session = sessionOf(base, own);
    const shape = JSON.stringify(session.shape);
    let plans = this.#shapes.get(shape);
    if (plans === undefined) {
      plans = new Map();
      setBounded(this.#shapes, { key: shape, value: plans, maximum: MAXIMUM_SHAPES });
    }
    return { session, plans };
  }

  async #plan(session: LoadSession, sql: string): Promise<Planned> {
    const parser = await this.parser();
    const { isKnownSetting, shape } = session;
    const plan = await withClient(this.#pool, undefined, async (client) => {
      await begin(client, session, true);
      const made = await makePlan({ client, parser, isKnownSetting }, sql);
      await client.query('commit');
      return made;
    });
    const id = hash(
      'sha256',
      JSON.stringify([shape, sql, plan.parameterTypes, plan.definitions]),
      'base64url',
    );
    return { plan, id };
  }
}

interface BoundedEntry<T> {
  readonly key: string;
  readonly value: T;
  readonly maximum: number;
}

function setBounded<T>(map: Map<string, T>, { key, value, maximum }: BoundedEntry<T>): void {
  if (map.size >= maximum) map.delete(map.keys().next().value ?? '');
  map.set(key, value);
}
