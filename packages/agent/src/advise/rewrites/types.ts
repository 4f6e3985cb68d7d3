import type { Fields } from '../../sql/index.ts';
import type { QueryScope } from './query/scope.ts';

/** A point read that an application makes in a loop, as `diagnose/n-plus-one` found it. */
export interface ReadLoop {
  /** Identical reads for each list, or for each transaction. */
  readonly callsPerLoop: number;
  /** `list` or `transaction`. */
  readonly per: 'list' | 'transaction';
}

/**
 * How far the rewritten statement gives the same result.
 * - `exact`: always, under the constraints named, which the database keeps
 * - `conditional`: when conditions hold that nothing enforces
 * - `interface`: it takes other parameters or gives other rows, so the application changes with it
 */
export type Exactness = 'exact' | 'conditional' | 'interface';

/** What a rule says of one rewrite. */
export interface RewriteDraft {
  /** The query that takes the place of the one given. */
  readonly query: Fields;
  readonly exactness: Exactness;
  /** Constraints that it rests on: `public.users.id is not null`. */
  readonly constraints: readonly string[];
  /** What must hold beside them, one clause each; empty when it is exact. */
  readonly conditions: readonly string[];
  /** What is different, one sentence. */
  readonly changes: string;
  /** Why PostgreSQL plans it better, one sentence. */
  readonly why: string;
}

/** What a rule looks at beside the query. */
export interface RuleContext {
  readonly scope: QueryScope;
  /** Whether the query is the whole statement. */
  readonly isWhole: boolean;
  /** Evidence of a loop around the statement; null when there is none. */
  readonly loop: ReadLoop | null;
}

/** A deterministic rule: from one query of a statement to the queries that may stand in its place. */
export interface RewriteRule {
  readonly id: `rewrite/${string}`;
  readonly title: string;
  /** Section of the documentation or of the source behind it. */
  readonly source: string;
  /** One call of it does the work of many, so that costs of a call say nothing. */
  readonly isOneForMany?: boolean;
  readonly find: (query: Fields, context: RuleContext) => readonly RewriteDraft[];
}

/** A statement rewritten by one rule at one place. */
export interface Rewrite extends Omit<RewriteDraft, 'query'> {
  readonly rule: RewriteRule['id'];
  readonly title: string;
  readonly source: string;
  readonly isOneForMany: boolean;
  /** The whole statement. */
  readonly sql: string;
}
