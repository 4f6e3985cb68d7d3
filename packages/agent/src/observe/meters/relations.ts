import {
  type CatalogQuery,
  indexCountersQuery,
  runCatalogListing,
  type TableCountersRow,
  tableCountersQuery,
} from '../../catalog/index.ts';
import { type Clock, displayName } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { SampleRow, StoredEvent } from '../../series/index.ts';
import { PAGE_ROWS } from '../collectors/context.ts';
import { createGrowthMeter } from './growth.ts';
import type { Meter } from './types.ts';

/** Tables whose index counters are worth adding up under the table, and whose appearance is worth an event. */
const MOST_EVENTS = 20;

/** Measures how tables and indexes are used, and notices those that came or went. */
export function createRelationsMeter(clock: Clock, maximumRelations: number): Meter {
  const tableGrowth = createGrowthMeter(clock);
  const indexGrowth = createGrowthMeter(clock);
  const tables = new Roll('table', clock);
  const indexes = new Roll('index', clock);
  const list = <Row extends { readonly oid: number }>(session: Session, query: CatalogQuery<Row>) =>
    runCatalogListing(session, query, { pageRows: PAGE_ROWS, maximumRows: maximumRelations });
  return {
    id: 'relations',
    forget() {
      tableGrowth.forget();
      indexGrowth.forget();
    },
    async read(session) {
      const tableRows = await list(session, tableCountersQuery);
      if (!tableRows.ok) return { batches: [], events: [], unavailable: tableRows.unavailable };
      const indexRows = await list(session, indexCountersQuery);
      if (!indexRows.ok) return { batches: [], events: [], unavailable: indexRows.unavailable };
      const at = clock.now();
      const perTable = new Map<number, { scans: number; rows: number; read: number; hit: number }>();
      for (const { tableOid, scans, rowsFetched, blocksRead, blocksHit } of indexRows.listing.rows) {
        const sum = perTable.get(tableOid) ?? { scans: 0, rows: 0, read: 0, hit: 0 };
        perTable.set(tableOid, {
          scans: sum.scans + scans,
          rows: sum.rows + rowsFetched,
          read: sum.read + blocksRead,
          hit: sum.hit + blocksHit,
        });
      }
      const grownTables = tableGrowth.take(
        tableRows.listing.rows.map((row) => ({
          id: String(row.oid),
          key: [row.schema, row.name],
          counters: countersOf(row, perTable.get(row.oid)),
        })),
        true,
      );
      const grownIndexes = indexGrowth.take(
        indexRows.listing.rows.map(({ oid, schema, name, table, tableOid: _, ...counters }) => ({
          id: String(oid),
          key: [schema, name, table],
          counters,
        })),
        true,
      );
      const events = [...tables.look(tableRows.listing.rows), ...indexes.look(indexRows.listing.rows)];
      if (grownTables === null || grownIndexes === null) return { batches: [], events, unavailable: null };
      const { coveredMs } = grownTables;
      return {
        batches: [
          { kind: 'table', at, coveredMs, rows: grownTables.rows },
          { kind: 'index', at, coveredMs: grownIndexes.coveredMs, rows: grownIndexes.rows },
        ],
        events,
        unavailable: null,
      };
    },
  };
}

function countersOf(
  row: TableCountersRow,
  indexes:
    | { readonly scans: number; readonly rows: number; readonly read: number; readonly hit: number }
    | undefined,
): SampleRow['values'] {
  return {
    sequentialScans: row.sequentialScans,
    sequentialRows: row.sequentialRows,
    indexScans: indexes?.scans ?? 0,
    indexRows: indexes?.rows ?? 0,
    rowsInserted: row.rowsInserted,
    rowsUpdated: row.rowsUpdated,
    rowsHotUpdated: row.rowsHotUpdated,
    rowsDeleted: row.rowsDeleted,
    heapBlocksRead: row.heapBlocksRead,
    heapBlocksHit: row.heapBlocksHit,
    indexBlocksRead: indexes?.read ?? 0,
    indexBlocksHit: indexes?.hit ?? 0,
    toastBlocksRead: row.toastBlocksRead,
    vacuums: row.vacuums,
    autovacuums: row.autovacuums,
    analyzes: row.analyzes,
  };
}

/** Remembers which relations there are. */
class Roll {
  readonly #what: string;
  readonly #clock: Clock;
  #last: ReadonlyMap<number, string> | null = null;

  constructor(what: string, clock: Clock) {
    this.#what = what;
    this.#clock = clock;
  }

  /** @returns an event for each relation that came, went or was renamed */
  look(
    rows: readonly { readonly oid: number; readonly schema: string; readonly name: string }[],
  ): readonly StoredEvent[] {
    const before = this.#last;
    const now = new Map(rows.map(({ oid, schema, name }) => [oid, displayName(schema, name)]));
    this.#last = now;
    if (before === null) return [];
    const changes: { readonly subject: string; readonly change: string }[] = [];
    for (const [oid, name] of now) {
      const earlier = before.get(oid);
      if (earlier === undefined) changes.push({ subject: name, change: 'created' });
      else if (earlier !== name) changes.push({ subject: name, change: `renamed from ${earlier}` });
    }
    for (const [oid, name] of before) if (!now.has(oid)) changes.push({ subject: name, change: 'dropped' });
    const shown = changes.slice(0, MOST_EVENTS).map(({ subject, change }) => ({
      at: this.#clock.now(),
      kind: 'ddl',
      subject,
      detail: { object: this.#what, change },
    }));
    if (changes.length <= MOST_EVENTS) return shown;
    const more = changes.length - MOST_EVENTS;
    const subject = `${more} more`;
    return [...shown, { at: this.#clock.now(), kind: 'ddl', subject, detail: { object: this.#what, more } }];
  }
}
