/** Rows of two tenants, of which a role sees those of the tenant that its session names. */
export const ROLE = 'checker_app';
export const ROWS = 32;

/** Whose row it is. */
export function tenantOf(row: number): number {
  return row % 2;
}

export const SCHEMA = `
create table item (id int primary key, tenant int not null, version int not null);
insert into item select n, n % 2, 0 from generate_series(1, ${ROWS}) n;
alter table item enable row level security;
create policy by_tenant on item using (tenant = current_setting('app.tenant', true)::int);
create role ${ROLE};
grant select on item to ${ROLE};
`;

/** Writes a version, and tells the tag of the row to the change stream. */
export function writeSql(row: number, version: number): string {
  return `begin; update item set version = ${version} where id = ${row};
    select pg_logical_emit_message(true, 'pgcache', 'item:${row}'); commit`;
}
