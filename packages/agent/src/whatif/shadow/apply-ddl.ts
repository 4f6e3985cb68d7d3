import type { MirrorDdl, MirrorGap } from '../types.ts';
import type { ShadowConnection } from './connection.ts';
import type { BuildConnections } from './shadow-database.ts';

/** Statements sent as one. */
const BATCH = 100;

/** Passes over what failed because it needs what came later. */
const PASSES = 6;

/**
 * Long values would go to a TOAST table with an index, which every table with a column of varying length gets and no plan looks at:
 * 40 % of all files. Types that keep their values in the row make none.
 * @source src/backend/access/heap/heapam_handler.c, heapam_relation_needs_toast_table
 */
const WITHOUT_TOAST = `create temporary table pgsteward_storage as
    select oid, typstorage from pg_catalog.pg_type where typstorage <> 'p';
  update pg_catalog.pg_type set typstorage = 'p' where typstorage <> 'p'`;

const WITH_TOAST = `update pg_catalog.pg_type t set typstorage = s.typstorage from pg_temp.pgsteward_storage s where s.oid = t.oid;
  drop table pg_temp.pgsteward_storage`;

/**
 * Makes the schema. A statement that fails is tried again after the others; what still fails is left out and said, with all that
 * depends on it, and nothing else.
 */
export async function applyDdl(
  connections: BuildConnections,
  ddl: readonly MirrorDdl[],
): Promise<readonly MirrorGap[]> {
  const { owner, builder } = connections;
  await builder.run('set check_function_bodies = off');
  await owner.run(WITHOUT_TOAST);
  let pending = ddl;
  let failures: readonly Failure[] = [];
  for (let pass = 0; pass < PASSES && pending.length > 0; pass += 1) {
    failures = await applyOnce(connections, pending);
    if (failures.length === pending.length) break;
    pending = failures.map((failure) => failure.statement);
  }
  await owner.run(WITH_TOAST);
  await disarmFunctions(owner);
  return failures.map(({ statement, reason }) => ({
    id: 'whatif/object-not-mirrored',
    reason: `${statement.kind} ${statement.schema}.${statement.name} could not be mirrored: ${reason}`,
    remedy:
      statement.kind === 'extension'
        ? 'what needs this extension is planned without it; use --provider hypopg where the target has hypopg'
        : 'statements that need it are left out',
    subject: statement.table ?? { schema: statement.schema, name: statement.name },
  }));
}

interface Failure {
  readonly statement: MirrorDdl;
  readonly reason: string;
}

/** Only a superuser makes these; they run nothing of strangers: extensions come from this machine, operator classes only name functions. */
const BY_SUPERUSER: ReadonlySet<MirrorDdl['kind']> = new Set(['extension', 'operator']);

async function applyOnce(
  { owner, builder }: BuildConnections,
  statements: readonly MirrorDdl[],
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const { isSuper, batch } of batches(statements)) {
    const connection = isSuper ? owner : builder;
    const text = batch.map((statement) => statement.sql).join(';\n');
    const isDone = await connection.run(`begin;\n${text};\ncommit`).then(
      () => true,
      () => false,
    );
    if (isDone) continue;
    await connection.run('rollback');
    failures.push(...(await applyOneByOne(connection, batch)));
  }
  return failures;
}

/** Neighbours that one role makes, up to a number that is sent as one. */
function batches(
  statements: readonly MirrorDdl[],
): readonly { readonly isSuper: boolean; readonly batch: readonly MirrorDdl[] }[] {
  const made: { isSuper: boolean; batch: MirrorDdl[] }[] = [];
  for (const statement of statements) {
    const isSuper = BY_SUPERUSER.has(statement.kind);
    const last = made.at(-1);
    if (last !== undefined && last.isSuper === isSuper && last.batch.length < BATCH)
      last.batch.push(statement);
    else made.push({ isSuper, batch: [statement] });
  }
  return made;
}

async function applyOneByOne(
  connection: ShadowConnection,
  batch: readonly MirrorDdl[],
): Promise<readonly Failure[]> {
  const results = await Promise.allSettled(batch.map((statement) => connection.run(statement.sql)));
  return results.flatMap((result, index) => {
    const statement = batch[index];
    if (statement === undefined || result.status === 'fulfilled') return [];
    return [
      { statement, reason: result.reason instanceof Error ? result.reason.message : String(result.reason) },
    ];
  });
}

/**
 * The planner evaluates immutable functions of constants. Those of the target come from strangers: none may run with more rights than
 * the role that plans.
 */
async function disarmFunctions(connection: ShadowConnection): Promise<void> {
  await connection.run(`update pg_catalog.pg_proc set prosecdef = false, proconfig = null
    where (prosecdef or proconfig is not null) and pronamespace not in (
      select oid from pg_catalog.pg_namespace where nspname in ('pg_catalog', 'information_schema'))`);
}
