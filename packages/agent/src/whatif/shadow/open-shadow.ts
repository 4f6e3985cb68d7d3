import { quoteIdentifier } from '../../kernel/index.ts';
import type { EmbeddedServer } from '../../postgres/embedded/index.ts';
import type { Mirror, MirrorGap } from '../types.ts';
import { applyDdl } from './apply-ddl.ts';
import type { ShadowConnection } from './connection.ts';
import { insertExtremes } from './extremes.ts';
import { injectExtended } from './inject-extended.ts';
import { injectColumns, injectRelations } from './inject-statistics.ts';
import { layOutFiles } from './lay-out-files.ts';
import {
  connectBuilders,
  connectRoles,
  createDatabase,
  createRoles,
  type ShadowConnections,
  setPlannerSettings,
} from './shadow-database.ts';
import { type PlaceOptions, preparePlace, privateDirectory, type ShadowPlace } from './shadow-place.ts';

/** What a shadow is built from and where. */
export interface OpenShadowOptions extends PlaceOptions {
  readonly mirror: Mirror;
}

/** What a shadow's data directory holds. */
export interface ShadowContent {
  readonly mirror: Mirror;
  readonly gaps: readonly MirrorGap[];
  /** Blocks of each file, but a btree's, that were really written, by `schema` and `name` as JSON. */
  readonly realBlocks: ReadonlyMap<string, number>;
}

/** A PostgreSQL of the target's major version with its schema and statistics and none of its rows. */
export interface Shadow extends ShadowContent, ShadowConnections {
  /** Full version of the shadow: `18.4`. */
  readonly version: string;
  readonly dataDirectory: string;
  /** Whether later commands find it, when it is closed as it was built. */
  readonly isKept: boolean;
  close(): Promise<void>;
}

/** A shadow as it stands in a running server; its files have their lengths only when that was stopped. */
export interface FilledShadow extends Omit<ShadowContent, 'realBlocks'> {
  readonly files: Awaited<ReturnType<typeof layOutFiles>>;
}

/**
 * Builds a shadow. Its directory is private and goes with it.
 * @throws EMBEDDED.* when the server of that major version cannot be had or started
 */
export async function openShadow(options: OpenShadowOptions): Promise<Shadow> {
  const { mirror } = options;
  const place = await preparePlace(privateDirectory(options), mirror.server.versionNumber, options);
  try {
    const server = await place.start();
    const content = await layOut(place, await buildShadow(server, mirror, options));
    return await raiseShadow(place, await place.start(), content);
  } catch (error) {
    await place.remove();
    throw error;
  }
}

/** Makes the schema in a new cluster and writes the statistics. */
export async function buildShadow(
  server: EmbeddedServer,
  mirror: Mirror,
  { onProgress }: Pick<PlaceOptions, 'onProgress'>,
): Promise<FilledShadow> {
  const step = (done: number): void =>
    onProgress({ task: 'building the shadow', done, total: 4, unit: 'steps' });
  step(0);
  const gaps = [...mirror.gaps, ...(await createDatabase(server, mirror))];
  await createRoles(server);
  const connections = await connectBuilders(server);
  const { owner: connection, builder } = connections;
  try {
    gaps.push(...(await applyDdl(connections, mirror.ddl)));
    step(1);
    await insertExtremes(builder, mirror);
    await injectRelations(connection, mirror);
    gaps.push(...(await injectColumns(connection, mirror)));
    step(2);
    gaps.push(...(await injectExtended(connection, mirror)));
    await setPlannerSettings(connection, mirror.settings);
    step(3);
    return { mirror, gaps, files: await layOutFiles(connection, mirror, server.dataDirectory) };
  } finally {
    await Promise.all([connection.close(), builder.close()]);
    step(4);
  }
}

/** Stops the server and gives the files their lengths: they are changed while nobody has their pages in memory. */
export async function layOut(
  place: ShadowPlace,
  { mirror, gaps, files }: FilledShadow,
  written: ReadonlyMap<string, number> = new Map(),
): Promise<ShadowContent> {
  await place.stop();
  return { mirror, gaps, realBlocks: files.apply(written) };
}

/** How a shadow is left to later commands. */
export interface Keeping {
  /** Tells the shadow as it was built from one that something supposed was left in. */
  traces(owner: ShadowConnection): Promise<string>;
  /** Takes the place over once nobody is connected. */
  leave(content: ShadowContent): Promise<void>;
}

/**
 * Connects to a shadow whose server runs.
 * @param keeping null for one whose place goes with it
 */
export async function raiseShadow(
  place: ShadowPlace,
  server: EmbeddedServer,
  content: ShadowContent,
  keeping: Keeping | null = null,
): Promise<Shadow> {
  const connections = await connectRoles(server);
  const { owner, builder, planner } = connections;
  const path = content.mirror.server.searchPath.map(quoteIdentifier).join(', ');
  await builder.run(`set search_path = ${path === '' ? "''" : path}`);
  const before = (await keeping?.traces(owner)) ?? null;
  return {
    ...content,
    ...connections,
    version: server.version,
    dataDirectory: server.dataDirectory,
    isKept: keeping !== null,
    async close() {
      const after = (await keeping?.traces(owner).catch(() => null)) ?? null;
      await Promise.allSettled([owner.close(), builder.close(), planner.close()]);
      try {
        if (after !== null && after === before) await keeping?.leave(content);
      } finally {
        // Where it was left to others, nothing is there any more.
        await place.remove();
      }
    },
  };
}
