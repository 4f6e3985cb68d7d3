import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { readJson, runAsText } from '../run-text.ts';
import { quoteName } from './read-statement.ts';
import type { Uses } from './uses.ts';

/** A column of a primary key. */
export interface KeyColumn {
  readonly name: string;
  readonly typeOid: number;
  /** Whether equal values have equal texts: a collation that says so, and PostgreSQL's own `=`. */
  readonly isExact: boolean;
}

/** What the catalogue says of a relation. */
export interface RelationFacts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly persistence: string;
  readonly isPartition: boolean;
  /** The outermost parent of a partition, else itself. */
  readonly rootOid: number;
  readonly rootName: string;
  /** Tables that inherit from it without being partitions. */
  readonly heirs: readonly number[];
  readonly hasForeignPart: boolean;
  readonly hasUnloggedPart: boolean;
  readonly ownerOid: number;
  readonly isOwnerPastRowSecurity: boolean;
  /** A view whose tables are read with the rights of who asks. */
  readonly isSecurityInvoker: boolean;
  /** The query of a view as PostgreSQL keeps it; null for others. */
  readonly rule: string | null;
  readonly hasRowSecurity: boolean;
  readonly isRowSecurityForced: boolean;
  /** For the role of the session. */
  readonly isRowSecurityActive: boolean;
  /** Conditions of the policies that may show rows, as PostgreSQL keeps them. */
  readonly policies: readonly string[];
  /** Empty without a primary key. */
  readonly key: readonly KeyColumn[];
}

/** What the catalogue says of a function. */
export interface FunctionFacts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `i`mmutable, `s`table or `v`olatile. */
  readonly volatility: string;
  readonly language: string;
  readonly isSecurityDefiner: boolean;
  readonly hasSettings: boolean;
  readonly source: string;
  /** The body of an SQL function as PostgreSQL keeps it; null where it keeps the text. */
  readonly body: string | null;
  /** Defaults of its arguments as PostgreSQL keeps them; null where it has none, and for PostgreSQL's own. */
  readonly defaults: string | null;
  /** What an aggregate is made of. */
  readonly parts: readonly number[];
}

/** The OIDs that names may stand for. */
export interface ResolvedNames {
  /** One for each occurrence, in order; null where there is none, such as for a CTE. */
  readonly relations: readonly (number | null)[];
  /** Every function that a call may mean. */
  readonly functions: readonly number[];
  /** Functions behind operators and casts that are not PostgreSQL's own. */
  readonly implied: readonly number[];
}

/** Gives the types that PostgreSQL infers for the parameters, which also checks the statement. */
export async function readParameterTypes(client: PoolClient, sql: string): Promise<readonly number[]> {
  // A rollback does not take it away: a name of its own cannot be in the way of the next.
  const name = `pgsteward_${randomBytes(6).toString('hex')}`;
  await runAsText(client, `prepare ${name} as ${sql}`, []);
  const types = await readJson<readonly number[]>(client, PARAMETER_TYPES_SQL, [name]);
  await client.query(`deallocate ${name}`);
  return types;
}

/** Looks names up as the session would; a function by every signature that may fit. */
export function resolveNames(client: PoolClient, uses: Uses): Promise<ResolvedNames> {
  const relations = uses.relations.map(({ schema, name }) =>
    schema === null ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`,
  );
  const functions = JSON.stringify(uses.functions);
  const functionNames = uses.functions.map(({ name }) => name);
  return readJson(client, RESOLVE_SQL, [relations, functions, uses.operators, uses.types, functionNames]);
}

/** Reads what is known of relations. */
export function readRelations(
  client: PoolClient,
  oids: readonly number[],
): Promise<readonly RelationFacts[]> {
  return readJson(client, RELATIONS_SQL, [oids]);
}

/** Reads what is known of functions. */
export function readFunctions(
  client: PoolClient,
  oids: readonly number[],
): Promise<readonly FunctionFacts[]> {
  return readJson(client, FUNCTIONS_SQL, [oids]);
}

const PARAMETER_TYPES_SQL = `
select pg_catalog.array_to_json(parameter_types::pg_catalog.oid[]::pg_catalog.int8[])
from pg_catalog.pg_prepared_statements where name = $1`;

const RESOLVE_SQL = `
select pg_catalog.json_build_object(
  'relations', (
    select coalesce(pg_catalog.json_agg(pg_catalog.to_regclass(used.name)::pg_catalog.oid::pg_catalog.int8
      order by used.place), '[]')
    from pg_catalog.unnest($1::pg_catalog.text[]) with ordinality as used (name, place)
  ),
  'functions', (
    select coalesce(pg_catalog.json_agg(distinct p.oid::pg_catalog.int8), '[]')
    from pg_catalog.json_to_recordset($2::pg_catalog.json)
      as used (schema pg_catalog.text, name pg_catalog.text, "argumentsCount" pg_catalog.int4, "isColumn" pg_catalog.bool)
    join pg_catalog.pg_proc p on p.proname = used.name
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where p.proname = any ($5::pg_catalog.name[])
      and case when used.schema is null then pg_catalog.pg_function_is_visible(p.oid) else n.nspname = used.schema end
      and (p.provariadic <> 0
        or used."argumentsCount" between p.pronargs - p.pronargdefaults and p.pronargs)
      and (not used."isColumn" or exists (
        select from pg_catalog.pg_type t where t.oid = p.proargtypes[0] and (t.typrelid <> 0 or t.typtype = 'p')))
  ),
  'implied', (
    select coalesce(pg_catalog.json_agg(distinct p.oid::pg_catalog.int8), '[]')
    from (
      select o.oprcode::pg_catalog.oid as oid
      from pg_catalog.pg_operator o where o.oprname = any ($3::pg_catalog.name[])
      union all
      select c.castfunc
      from pg_catalog.pg_cast c
      where c.castcontext = 'i' or c.casttarget in (
        select pg_catalog.to_regtype(name)::pg_catalog.oid from pg_catalog.unnest($4::pg_catalog.text[]) as used (name))
    ) used
    join pg_catalog.pg_proc p on p.oid = used.oid
    where p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace
  )
)`;

const RELATIONS_SQL = `
select pg_catalog.json_agg(relation)
from (
  select
    c.oid::pg_catalog.int8 as oid, n.nspname as schema, c.relname as name, c.relkind as kind,
    c.relpersistence as persistence, c.relispartition as "isPartition",
    coalesce(root.oid, c.oid)::pg_catalog.int8 as "rootOid",
    coalesce(root.oid, c.oid)::pg_catalog.regclass::pg_catalog.text as "rootName",
    case when c.relkind = 'r' and c.relhassubclass then array(
      with recursive heir as (
        select i.inhrelid from pg_catalog.pg_inherits i where i.inhparent = c.oid
        union
        select i.inhrelid from pg_catalog.pg_inherits i join heir h on i.inhparent = h.inhrelid
      ) select inhrelid::pg_catalog.int8 from heir
    ) else '{}' end as heirs,
    coalesce(parts."isForeign", false) as "hasForeignPart", coalesce(parts."isUnlogged", false) as "hasUnloggedPart",
    c.relowner::pg_catalog.int8 as "ownerOid",
    exists (
      select from pg_catalog.pg_roles r where r.oid = c.relowner and (r.rolsuper or r.rolbypassrls)
    ) as "isOwnerPastRowSecurity",
    exists (
      select from pg_catalog.pg_options_to_table(c.reloptions)
      where option_name = 'security_invoker' and option_value::pg_catalog.bool
    ) as "isSecurityInvoker",
    case when c.relkind = 'v' then (
      select r.ev_action::pg_catalog.text from pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.ev_type = '1'
    ) end as rule,
    c.relrowsecurity as "hasRowSecurity", c.relforcerowsecurity as "isRowSecurityForced",
    pg_catalog.row_security_active(c.oid) as "isRowSecurityActive",
    array(
      select p.polqual::pg_catalog.text from pg_catalog.pg_policy p
      where p.polrelid = c.oid and p.polcmd in ('r', '*') and p.polqual is not null
    ) as policies,
    (
      select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', a.attname, 'typeOid', a.atttypid::pg_catalog.int8,
        'isExact', coalesce(l.collisdeterministic, true) and not exists (
          select from pg_catalog.pg_operator o
          where o.oprname = '=' and o.oprnamespace <> 'pg_catalog'::pg_catalog.regnamespace
            and a.atttypid in (o.oprleft, o.oprright))
        ) order by k.number), '[]')
      from pg_catalog.pg_constraint pk
      cross join pg_catalog.unnest(pk.conkey) as k (number)
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
      left join pg_catalog.pg_collation l on l.oid = a.attcollation
      where pk.conrelid = c.oid and pk.contype = 'p'
    ) as key
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join lateral (
    select pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid as oid where c.relispartition or c.relkind = 'p'
  ) root on true
  left join lateral (
    select pg_catalog.bool_or(part.relkind = 'f') as "isForeign",
      pg_catalog.bool_or(part.relkind = 'r' and part.relpersistence = 'u') as "isUnlogged"
    from pg_catalog.pg_partition_tree(c.oid) tree
    join pg_catalog.pg_class part on part.oid = tree.relid
    where c.relkind = 'p'
  ) parts on true
  where c.oid = any ($1::pg_catalog.oid[])
) relation`;

const FUNCTIONS_SQL = `
select pg_catalog.json_agg(function)
from (
  select
    p.oid::pg_catalog.int8 as oid, n.nspname as schema, p.proname as name, p.provolatile as volatility,
    l.lanname as language, p.prosecdef as "isSecurityDefiner", p.proconfig is not null as "hasSettings",
    p.prosrc as source, p.prosqlbody::pg_catalog.text as body,
    case when n.nspname <> 'pg_catalog' then p.proargdefaults::pg_catalog.text end as defaults,
    array(
      select part.oid::pg_catalog.int8
      from pg_catalog.pg_aggregate a
      cross join lateral pg_catalog.unnest(array[
        a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggmfinalfn
      ]::pg_catalog.oid[]) as part (oid)
      where a.aggfnoid = p.oid and part.oid <> 0
    ) as parts
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
  where p.oid = any ($1::pg_catalog.oid[])
) function`;
