import { mirrorRoleSettingsQuery, mirrorServerQuery, mirrorSettingsQuery } from '../../catalog/index.ts';
import { displayIdentifier } from '../../kernel/index.ts';
import type { Mirror, MirrorServer } from '../types.ts';
import { isPlannerSetting } from './planner-settings.ts';
import type { Reading } from './reading.ts';
import { splitSearchPath } from './search-path.ts';

/** Providers of collations by the letter in the catalogue. */
const PROVIDERS: Readonly<Record<string, MirrorServer['collation']['provider']>> = {
  c: 'libc',
  i: 'icu',
  b: 'builtin',
};

/** The server, its settings, and the functions made for reading statistics. */
export interface ServerFacts {
  readonly server: MirrorServer;
  readonly settings: Mirror['settings'];
  readonly statisticsFunctions: readonly string[];
}

/** PostgreSQL's own default. */
const SEARCH_PATH = '"$user", public';

/** Reads encoding, collation and the settings that move plans. */
export async function readServer(reading: Reading): Promise<ServerFacts> {
  const [row] = await reading.rows(mirrorServerQuery);
  const settings = await reading.rows(mirrorSettingsQuery);
  await noteRoles(reading);
  const { versionNumber, version, database, blockSizeBytes } = reading.session.capabilities;
  return {
    server: {
      versionNumber,
      version,
      blockSizeBytes,
      database: row?.database ?? database,
      encoding: row?.encoding ?? 'UTF8',
      collation: {
        provider: PROVIDERS[row?.provider ?? 'c'] ?? 'libc',
        collate: row?.collate ?? 'C',
        ctype: row?.ctype ?? 'C',
        locale: row?.locale ?? null,
      },
      searchPath: splitSearchPath(settings.find(({ name }) => name === 'search_path')?.value ?? SEARCH_PATH),
    },
    settings: Object.fromEntries(
      settings.flatMap(({ name, value }) =>
        value !== null && isPlannerSetting(name) ? [[name, value] as const] : [],
      ),
    ),
    statisticsFunctions: row?.statisticsFunctions ?? [],
  };
}

const SHOWN = 5;

/** Sessions of a role with settings of its own may get other plans. */
async function noteRoles(reading: Reading): Promise<void> {
  const rows = (await reading.rows(mirrorRoleSettingsQuery)).filter(
    ({ name }) => isPlannerSetting(name) || name === 'search_path',
  );
  if (rows.length === 0) return;
  const shown = rows
    .slice(0, SHOWN)
    .map(({ role, name, value }) => `${displayIdentifier(role)}: ${name} = ${value}`);
  const rest = rows.length - shown.length;
  reading.note({
    id: 'whatif/role-settings',
    reason: `some roles plan under settings of their own (${shown.join('; ')}${rest > 0 ? `; ${rest} more` : ''})`,
    remedy: "plans are made under the database's settings; those of these roles may differ",
    subject: null,
  });
}
