/** Subquery that gives the schemas whose objects are PostgreSQL's own, for listings of the user's. */
export const SYSTEM_SCHEMAS: string = `
      select s.oid from pg_catalog.pg_namespace s
      where s.nspname in ('pg_catalog', 'information_schema', 'pg_toast')`;
