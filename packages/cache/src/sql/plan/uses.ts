import type { Refusal } from './refusals.ts';
import type { Fields } from './syntax-tree.ts';

/** A name as it stands in a statement; without a schema the search path decides. */
export interface UsedName {
  readonly schema: string | null;
  readonly name: string;
}

/** A relation in a statement. */
export interface UsedRelation extends UsedName {
  /** Where it stands in the tree. */
  readonly range: Fields;
}

/** A call of a function. */
export interface UsedFunction extends UsedName {
  readonly argumentsCount: number;
  /** `row.name` calls a function of that name where there is no such column. */
  readonly isColumn: boolean;
}

/** What a piece of SQL uses: by name from a text, by OID from a tree that PostgreSQL keeps. */
export interface Uses {
  readonly relations: readonly UsedRelation[];
  readonly functions: readonly UsedFunction[];
  readonly operators: readonly string[];
  /** Types of casts, as `to_regtype` takes them. */
  readonly types: readonly string[];
  readonly relationOids: readonly number[];
  readonly functionOids: readonly number[];
  /** Names given to `current_setting`; null where one is computed. */
  readonly settings: readonly (string | null)[];
  readonly refusals: readonly Refusal[];
}
