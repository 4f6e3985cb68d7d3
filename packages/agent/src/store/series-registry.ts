import type { OwnConnection } from '../postgres/index.ts';
import type { KindName } from '../series/index.ts';
import { SCHEMA } from './schema.ts';

/** Numbers of the series of one kind of one target. */
export interface Family {
  readonly id: number;
  /** Ordinal by the text of the key. */
  readonly ordinals: Map<string, number>;
}

/** Finds and numbers the series of one target. */
export interface SeriesRegistry {
  family(kind: KindName): Promise<Family>;
  /** Gives the ordinal of each key, numbering those that are new. */
  ordinalsOf(kind: KindName, keys: readonly (readonly string[])[]): Promise<readonly number[]>;
}

/** Text that two keys share only when they are the same. */
function keyText(key: readonly string[]): string {
  return key.length === 1 ? (key[0] ?? '') : JSON.stringify(key);
}

/** Opens the register of a target's series on the connection that alone writes them. */
export function createSeriesRegistry(connection: OwnConnection, targetId: number): SeriesRegistry {
  const families = new Map<KindName, Family>();
  const family = async (kind: KindName): Promise<Family> => {
    const known = families.get(kind);
    if (known !== undefined) return known;
    const rows = await connection.run(
      `with made as (
        insert into ${SCHEMA}.family (target_id, kind) values ($1, $2)
        on conflict (target_id, kind) do nothing returning id
      )
      select id from made union all
      select id from ${SCHEMA}.family where target_id = $1 and kind = $2`,
      [targetId, kind],
    );
    const id = Number(rows[0]?.['id']);
    const series = await connection.run(`select ordinal, key from ${SCHEMA}.series where family_id = $1`, [
      id,
    ]);
    const ordinals = new Map(
      series.map(({ ordinal, key }) => [keyText(key as readonly string[]), Number(ordinal)]),
    );
    const made = { id, ordinals };
    families.set(kind, made);
    return made;
  };
  return {
    family,
    async ordinalsOf(kind, keys) {
      const { id, ordinals } = await family(kind);
      const fresh = new Map<string, readonly string[]>();
      for (const key of keys) {
        const text = keyText(key);
        if (!ordinals.has(text)) fresh.set(text, key);
      }
      if (fresh.size > 0) {
        const first = ordinals.size;
        const entries = [...fresh].map(([text, key], index) => ({ text, key, ordinal: first + index }));
        await connection.run(
          `insert into ${SCHEMA}.series (family_id, ordinal, key)
          select $1, (e ->> 0)::int, array(select jsonb_array_elements_text(e -> 1))
          from jsonb_array_elements($2::jsonb) e`,
          [id, JSON.stringify(entries.map(({ ordinal, key }) => [ordinal, key]))],
        );
        for (const { text, ordinal } of entries) ordinals.set(text, ordinal);
      }
      return keys.map((key) => ordinals.get(keyText(key)) ?? 0);
    },
  };
}
