import type { RelationFacts } from './catalog.ts';
import { type Refusal, refusal } from './refusals.ts';

/** With whose rights a relation is read: those of the session's role, or those of the owner of a view. */
export type Reader = 'session' | { readonly ownerOid: number; readonly isPastRowSecurity: boolean };

/** Says why the rows of a relation may change without word of it. */
export function judgeRelation(facts: RelationFacts): readonly Refusal[] {
  const { schema, kind, persistence } = facts;
  const name = `${schema}.${facts.name}`;
  if (/^pg_toast|^(pg_catalog|information_schema)$/.test(schema)) return [refusal('SYSTEM_TABLE', name)];
  if (persistence === 't') return [refusal('TEMPORARY_TABLE', name)];
  if (kind === 'f' || facts.hasForeignPart) return [refusal('FOREIGN_TABLE', name)];
  if (kind === 'S') return [refusal('SEQUENCE', name)];
  if (kind === 'm') return [refusal('MATERIALIZED_VIEW', name)];
  if ((kind === 'r' && persistence === 'u') || facts.hasUnloggedPart)
    return [refusal('UNLOGGED_TABLE', name)];
  return [];
}

/** Whether policies decide which rows of a relation are seen; also where it cannot be known for the owner of a view. */
export function hasPolicies(facts: RelationFacts, reader: Reader): boolean {
  if (!facts.hasRowSecurity) return false;
  if (reader === 'session') return facts.isRowSecurityActive;
  const isExempt = reader.ownerOid === facts.ownerOid && !facts.isRowSecurityForced;
  return !reader.isPastRowSecurity && !isExempt;
}
