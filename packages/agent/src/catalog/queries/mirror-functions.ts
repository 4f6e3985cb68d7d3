import type { CatalogQuery } from '../define-query.ts';
import {
  defineDdlQuery,
  type MirrorDdlRow,
  NO_TABLE,
  namesNoLocked,
  ownObject,
  userSchema,
} from './mirror-ddl.ts';

/** A function that the shadow cannot run keeps what the planner asks of it: signature, volatility, cost and rows. */
const STUB = `
  pg_catalog.format('create or replace function %I.%I(%s) returns %s language plpgsql %s%s parallel %s cost %s%s as %L',
    n.nspname, p.proname, pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_result(p.oid),
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
    case when p.proisstrict then ' strict' end,
    case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
    p.procost, case when p.proretset then ' rows ' || p.prorows end,
    'begin raise feature_not_supported using message = ''this function is not mirrored''; end')`;

export const mirrorFunctionsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'functions',
  'Functions; of those in other languages than SQL and PL/pgSQL the signature only',
  `
select p.oid as "oid", '1255:' || p.oid as "key", n.nspname::text as "schema", p.proname::text as "name", ${NO_TABLE},
  case when l.lanname in ('sql', 'plpgsql') then pg_catalog.pg_get_functiondef(p.oid) else ${STUB} end as "sql"
from (
  select p.*
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.oid > $1::oid
    and p.prokind = 'f'
    and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
    and ${userSchema('n')}
    and ${ownObject('pg_proc', 'p.oid')}
    and ${namesNoLocked('pg_proc', 'p.oid')}
  order by p.oid
  limit $2
) p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
order by p.oid`,
);

const functionName = (oid: string, option: string): string => `
    (select pg_catalog.format(', ${option} = %I.%I', fn.nspname, f.proname)
     from pg_catalog.pg_proc f join pg_catalog.pg_namespace fn on fn.oid = f.pronamespace where f.oid = ${oid})`;

export const mirrorAggregatesQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'aggregates',
  'Aggregates',
  `
select p.oid as "oid", '1255:' || p.oid as "key", n.nspname::text as "schema", p.proname::text as "name", ${NO_TABLE},
  pg_catalog.format('create aggregate %I.%I(%s) (stype = %s, sspace = %s, parallel = %s%s%s%s%s%s%s)', n.nspname, p.proname,
    case when p.pronargs = 0 then '*' else pg_catalog.pg_get_function_identity_arguments(p.oid) end,
    pg_catalog.format_type(a.aggtranstype, null), a.aggtransspace,
    case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
    ${functionName('a.aggtransfn', 'sfunc')},
    ${functionName('a.aggfinalfn', 'finalfunc')},
    case when a.aggfinalextra then ', finalfunc_extra' end,
    ${functionName('a.aggcombinefn', 'combinefunc')},
    ', initcond = ' || pg_catalog.quote_literal(a.agginitval),
    case when a.aggkind = 'h' then ', hypothetical' end) as "sql"
from pg_catalog.pg_aggregate a
join pg_catalog.pg_proc p on p.oid = a.aggfnoid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.oid > $1::oid and $3::oid[] is not null and ${userSchema('n')} and ${ownObject('pg_proc', 'p.oid')}
order by p.oid
limit $2`,
);

const operatorName = (oid: string, option: string): string => `
    (select pg_catalog.format(', ${option} = operator(%I.%s)', xn.nspname, x.oprname)
     from pg_catalog.pg_operator x join pg_catalog.pg_namespace xn on xn.oid = x.oprnamespace where x.oid = ${oid})`;

export const mirrorOperatorsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'operators',
  'Operators',
  `
select o.oid as "oid", '2617:' || o.oid as "key", n.nspname::text as "schema", o.oprname::text as "name", ${NO_TABLE},
  pg_catalog.format('create operator %I.%s (rightarg = %s%s%s%s%s%s%s%s%s)', n.nspname, o.oprname,
    pg_catalog.format_type(o.oprright, null),
    case when o.oprleft <> 0 then ', leftarg = ' || pg_catalog.format_type(o.oprleft, null) end,
    ${functionName('o.oprcode', 'function')},
    ${operatorName('o.oprcom', 'commutator')},
    ${operatorName('o.oprnegate', 'negator')},
    ${functionName('o.oprrest', 'restrict')},
    ${functionName('o.oprjoin', 'join')},
    case when o.oprcanhash then ', hashes' end,
    case when o.oprcanmerge then ', merges' end) as "sql"
from pg_catalog.pg_operator o
join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
where o.oid > $1::oid and $3::oid[] is not null and o.oprcode <> 0
  and ${userSchema('n')} and ${ownObject('pg_operator', 'o.oid')}
order by o.oid
limit $2`,
);

export const mirrorCastsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'casts',
  'Casts',
  `
select c.oid as "oid", '2605:' || c.oid as "key", 'pg_catalog'::text as "schema",
  pg_catalog.format('%s as %s', pg_catalog.format_type(c.castsource, null), pg_catalog.format_type(c.casttarget, null)) as "name", ${NO_TABLE},
  pg_catalog.format('create cast (%s as %s) %s%s', pg_catalog.format_type(c.castsource, null), pg_catalog.format_type(c.casttarget, null),
    case c.castmethod when 'i' then 'with inout' when 'b' then 'without function'
      else (select pg_catalog.format('with function %I.%I(%s)', fn.nspname, f.proname, pg_catalog.pg_get_function_identity_arguments(f.oid))
        from pg_catalog.pg_proc f join pg_catalog.pg_namespace fn on fn.oid = f.pronamespace where f.oid = c.castfunc) end,
    case c.castcontext when 'i' then ' as implicit' when 'a' then ' as assignment' end) as "sql"
from pg_catalog.pg_cast c
where c.oid > greatest($1::oid, 16383::oid) and $3::oid[] is not null and ${ownObject('pg_cast', 'c.oid')}
order by c.oid
limit $2`,
);
