import { quoteIdentifier, quoteLiteral } from '../../kernel/index.ts';
import type { EmbeddedServer } from '../../postgres/embedded/index.ts';
import type { Mirror, MirrorGap } from '../types.ts';
import { connectShadow, type ShadowConnection } from './connection.ts';

/** Database of a shadow's server that is the shadow. */
const DATABASE = 'shadow';

/** Role of a shadow that plans. */
const PLANNER_ROLE = 'pgsteward_planner';

/** Role of a shadow that owns its schema. */
const BUILDER_ROLE = 'pgsteward_builder';

/** Plans of strangers' statements may call strangers' immutable functions. */
const PLANNER_TIMEOUT_MS = 30_000;

/** What a shadow is made through. */
export interface BuildConnections {
  /** Superuser, for what changes the catalogue; nothing that is of strangers runs with its rights. */
  readonly owner: ShadowConnection;
  /** Role that owns the schema and nothing else: expressions and functions of strangers run with its rights. */
  readonly builder: ShadowConnection;
}

/** What a shadow is asked through. */
export interface ShadowConnections extends BuildConnections {
  /** Connection URL of the role that plans. */
  readonly url: string;
  /** `server_version_num` of the shadow itself. */
  readonly versionNumber: number;
  /** A role that may read and nothing else: plans are made with it. */
  readonly planner: ShadowConnection;
}

/**
 * Connects to a shadow as its superuser and as the role that owns the schema. Each logs in by itself: a session that a superuser
 * began could be made the superuser's again by a stranger's function.
 */
export async function connectBuilders(server: EmbeddedServer): Promise<BuildConnections> {
  const url = server.connectionUrl(DATABASE);
  const [owner, builder] = await Promise.all([connectShadow(url), connectShadow(urlOf(url, BUILDER_ROLE))]);
  const quiet = 'set client_min_messages = error; set search_path = pg_catalog';
  await Promise.all([owner.run(`set allow_system_table_mods = on; ${quiet}`), builder.run(quiet)]);
  return { owner, builder };
}

/** Connects to a shadow in all its roles. */
export async function connectRoles(server: EmbeddedServer): Promise<ShadowConnections> {
  const url = urlOf(server.connectionUrl(DATABASE), PLANNER_ROLE);
  const [builders, planner] = await Promise.all([connectBuilders(server), connectShadow(url)]);
  await planner.run(`set statement_timeout = ${PLANNER_TIMEOUT_MS}`);
  const { rows } = await builders.owner.run<{ number: string }>(
    `select current_setting('server_version_num') as number`,
  );
  return { ...builders, url, planner, versionNumber: Number(rows[0]?.number) };
}

/** The superuser's URL with another role in its place; all have one password. */
function urlOf(url: string, role: string): string {
  const own = new URL(url);
  own.username = role;
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

/**
 * Makes the roles: one that owns the schema, past triggers and foreign keys, and one that reads everything and owns nothing. Both have
 * the superuser's password.
 */
export async function createRoles(server: EmbeddedServer): Promise<void> {
  const url = server.connectionUrl(DATABASE);
  const password = quoteLiteral(decodeURIComponent(new URL(url).password));
  const owner = await connectShadow(url);
  try {
    await owner.run(
      `create role ${BUILDER_ROLE} login password ${password};
       alter role ${BUILDER_ROLE} set session_replication_role = replica;
       grant create, temporary on database ${DATABASE} to ${BUILDER_ROLE};
       alter schema public owner to ${BUILDER_ROLE};
       create role ${PLANNER_ROLE} login password ${password};
       grant pg_read_all_data, pg_write_all_data to ${PLANNER_ROLE};
       grant temporary on database ${DATABASE} to ${PLANNER_ROLE}`,
    );
  } finally {
    await owner.close();
  }
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
