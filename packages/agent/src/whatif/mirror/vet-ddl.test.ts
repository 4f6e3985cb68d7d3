import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../sql/index.ts';
import { isSchemaStatement } from './vet-ddl.ts';

beforeAll(() => loadParser());

describe('a statement of a file of statistics', () => {
  it.each([
    'create schema if not exists "a;b"',
    'create extension if not exists pg_trgm with schema public cascade',
    `create collation a.b (provider = icu, locale = 'de', deterministic = true)`,
    `create type a.b as enum ('x')`,
    'create domain a.b as int check (value > 0)',
    'create type a.b as range (subtype = int4)',
    'create type a.b as (c int)',
    `create function a.b(int) returns int language sql as 'select 1'`,
    'create function a.b(int) returns int immutable return $1 + 1',
    `create or replace function a.b() returns int language plpgsql as 'begin return 1; end'`,
    `create aggregate a.b(int) (sfunc = int4pl, stype = int)`,
    'create operator a.=~ (leftarg = int, rightarg = int, function = int4pl)',
    'create cast (a.b as text) with inout',
    'create text search configuration a.b (parser = pg_catalog."default")',
    'alter text search configuration a.b add mapping for asciiword with simple',
    'create sequence a.b',
    `create unlogged table a."drop table x" (b int not null) with (fillfactor = 70)`,
    `alter table a.b attach partition a.c for values in ('copy to program')`,
    'alter table only a.b add constraint c primary key (b)',
    'create index on only a.b using gin (c)',
    'alter index a.b attach partition a.c',
    'create statistics a.b (mcv) on c, d from a.e',
    'alter statistics a.b set statistics 7',
    'create view a.b with (security_barrier=true) as select 1',
    'create materialized view a.b as select 1 as x with no data',
  ])('is run when it makes a schema: %s', (sql) => {
    expect(isSchemaStatement(sql)).toBe(true);
  });

  it.each([
    `copy (select 1) to program 'id'`,
    `do $$ begin perform pg_read_file('/etc/passwd'); end $$`,
    `create function a.b(cstring) returns int language c as 'libc.so.6', 'system'`,
    `create function a.b(text) returns int language internal as 'x'`,
    `create function a.b(text) returns int language plpython3u as 'x'`,
    `create type a.b (input = x, output = y)`,
    'create materialized view a.b as select pg_sleep(1000)',
    'create table a.b as select pg_sleep(1000)',
    'create schema a create table b (c int)',
    'select 1',
    `alter system set archive_command = 'id'`,
    `create role x superuser`,
    'create view a.b as select 1; drop schema public cascade',
    `create table a.b (c int); copy a.b from program 'id'`,
    'create trigger a before insert on b execute function c()',
    'create event trigger a on ddl_command_end execute function b()',
    'grant pg_execute_server_program to public',
    "load 'x'",
    'create tabel a.b (c int)',
    '',
  ])('is refused when it does anything else: %s', (sql) => {
    expect(isSchemaStatement(sql)).toBe(false);
  });
});
