import { quoteIdentifier, quoteLiteral } from '../../kernel/index.ts';
import type { EmbeddedServer } from '../../postgres/embedded/index.ts';
import type { Mirror, MirrorGap } from '../types.ts';
import { connectShadow, type ShadowConnection } from './connection.ts';

/** Database of a shadow's server that is the shadow. */
export const DATABASE = 'shadow';

/** Role of a shadow that plans. */
export const PLANNER_ROLE = 'pgsteward_planner';

/** Plans of strangers' statements may call strangers' immutable functions. */
const PLANNER_TIMEOUT_MS = 30_000;

/** What a shadow is asked through. */
export interface ShadowConnections {
  /** Connection URL of the role that plans. */
  readonly url: string;
  /** `server_version_num` of the shadow itself. */
  readonly versionNumber: number;
  /** Superuser, for what changes the catalogue. */
  readonly owner: ShadowConnection;
  /** A role that may read and nothing else: plans are made with it. */
  readonly planner: ShadowConnection;
}

/** Connects to a shadow as its superuser and as the role that plans. */
export async function connectRoles(server: EmbeddedServer): Promise<ShadowConnections> {
  const url = server.connectionUrl(DATABASE);
  // The role logs in by itself: a session that a superuser began could be made the superuser's again by a stranger's function.
  const [owner, planner] = await Promise.all([connectShadow(url), connectShadow(plannerUrl(url))]);
  await owner.run('set allow_system_table_mods = on; set client_min_messages = error');
  await planner.run(`set statement_timeout = ${PLANNER_TIMEOUT_MS}`);
  const { rows } = await owner.run<{ number: string }>(
    `select current_setting('server_version_num') as number`,
  );
  return { url: plannerUrl(url), owner, planner, versionNumber: Number(rows[0]?.number) };
}

/** The superuser's URL with the role that plans in its place; both have one password. */
function plannerUrl(url: string): string {
  const own = new URL(url);
  own.username = PLANNER_ROLE;
  return own.toString();
}

/** Makes the database with the target's encoding and collation, or as near as this machine has it. */
export async function createDatabase(server: EmbeddedServer, mirror: Mirror): Promise<MirrorGap[]> {
  const admin = await connectShadow(server.connectionUrl('postgres'));
  const { collation } = mirror.server;
  let said: string | null = null;
  try {
    for (const sql of databaseSql(mirror)) {
      const reason = await admin.run(sql).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (reason === null) break;
      said ??= reason;
    }
    return said === null ? [] : [collationGap(collation.locale ?? collation.collate, said)];
  } finally {
    await admin.close();
  }
}

/** The exact database first, then ever coarser ones. */
function databaseSql({ server }: Mirror): readonly string[] {
  const { encoding, collation, versionNumber } = server;
  const base = `create database ${DATABASE} template template0 encoding ${quoteLiteral(encoding)}`;
  // From 17 on the cluster's own provider would be taken for libc's.
  const libc = versionNumber >= 170_000 ? ' locale_provider libc' : '';
  const named = (collate: string, ctype: string): string =>
    ` lc_collate ${quoteLiteral(collate)} lc_ctype ${quoteLiteral(ctype)}`;
  const locale = quoteLiteral(collation.locale ?? collation.collate);
  const providers = {
    icu: ` locale_provider icu icu_locale ${locale}`,
    builtin: ` locale_provider builtin builtin_locale ${locale}`,
    libc,
  };
  return [
    `${base}${providers[collation.provider]}${named(collation.collate, collation.ctype)}`,
    `${base}${named('C.UTF-8', 'C.UTF-8')}${libc}`,
    `${base}${named('C', 'C')}${libc}`,
    `create database ${DATABASE} template template0`,
  ];
}

function collationGap(locale: string, reason: string): MirrorGap {
  return {
    id: 'whatif/collation',
    reason: `the shadow does not sort as the target does (${locale}): ${reason}`,
    remedy: 'estimates of ranges over texts may differ; install the locale on this machine',
    subject: null,
  };
}

/** Makes a role that reads everything and owns nothing, with the superuser's password. */
export async function createPlannerRole(connection: ShadowConnection, password: string): Promise<void> {
  await connection.run(
    `create role ${PLANNER_ROLE} login password ${quoteLiteral(decodeURIComponent(password))}; grant pg_read_all_data, pg_write_all_data to ${PLANNER_ROLE}; grant create, temporary on database ${DATABASE} to ${PLANNER_ROLE}`,
  );
}

/** Gives the role that plans the target's planner settings, and no others; those that the shadow does not know are left out. */
export async function setPlannerSettings(
  connection: ShadowConnection,
  settings: Mirror['settings'],
): Promise<void> {
  await connection.run(`alter role ${PLANNER_ROLE} reset all`);
  const changes = Object.entries(settings).map(([name, value]) =>
    connection.run(`alter role ${PLANNER_ROLE} set ${quoteIdentifier(name)} = ${quoteLiteral(value)}`),
  );
  await Promise.allSettled(changes);
}
