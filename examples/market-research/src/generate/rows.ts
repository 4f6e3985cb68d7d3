import { analysisColumns, analysisRow } from './analyses.ts';
import { below, createRandom, zipf } from './random.ts';
import type { Source, WriteUnit } from './source.ts';
import { createTimeline, writeTimestamp } from './timeline.ts';
import { categoryName, md5Hex, queryText, tabulate, userId, writeUuid } from './values.ts';
import { volumesOf } from './volumes.ts';
import { createCopyWriter } from './writer.ts';

/** One table as COPY text, made chunk by chunk; any chunk can be made without the others. */
export interface GeneratedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Drawn units; a product draws one to three rows of `product_categories`. */
  readonly units: number;
  readonly chunks: number;
  /** Makes the rows of one chunk in COPY's text format. */
  readonly chunk: (index: number) => { readonly bytes: Buffer; readonly rows: number };
}

/** What fixes the data: the same three values give the same bytes. */
export interface GeneratorOptions {
  readonly scale: number;
  readonly seed: number;
  /** End of the history, UTC. */
  readonly now: Date;
}

const chunkUnits = 5_000;

/** Declares the five core tables of a scale, seed and end of history, in the order of their loading. */
export function generateTables(options: GeneratorOptions): readonly GeneratedTable[] {
  const volumes = volumesOf(options.scale);
  const source: Source = {
    volumes,
    timeline: createTimeline(options.now),
    users: tabulate(volumes.users, userId),
    categories: tabulate(volumes.categories, categoryName),
  };
  const { seed } = options;
  return [
    table(seed, {
      name: 'product_searches',
      columns: searchColumns,
      units: volumes.searches,
      write: searchRow(source),
    }),
    table(seed, {
      name: 'products',
      columns: productColumns,
      units: volumes.products,
      write: productRow(source, seed),
    }),
    table(seed, {
      name: 'product_categories',
      columns: categoryColumns,
      units: volumes.products,
      write: categoryRows(source, seed),
    }),
    table(seed, {
      name: 'product_search_results',
      columns: resultColumns,
      units: volumes.searchResults,
      write: resultRow(source),
    }),
    table(seed, {
      name: 'market_analyses',
      columns: analysisColumns,
      units: volumes.analyses,
      write: analysisRow(source),
    }),
  ];
}

interface TablePlan extends Pick<GeneratedTable, 'name' | 'columns' | 'units'> {
  readonly write: WriteUnit;
}

function table(seed: number, { name, columns, units, write }: TablePlan): GeneratedTable {
  const tableSeed = name.length * 31 + name.charCodeAt(9);
  const out = createCopyWriter();
  const chunk: GeneratedTable['chunk'] = (index) => {
    const random = createRandom(seed, tableSeed, index);
    const end = Math.min(units, (index + 1) * chunkUnits);
    for (let unit = index * chunkUnits; unit < end; unit += 1) write(random, unit, out);
    return out.take();
  };
  return { name, columns, units, chunks: Math.ceil(units / chunkUnits), chunk };
}

const searchColumns = [
  'id',
  'user_id',
  'query',
  'filters',
  'results_count',
  'search_timestamp',
  'processing_time_ms',
];

function searchRow({ volumes, timeline, users, categories }: Source): WriteUnit {
  return (random, index, out) => {
    const category = random();
    const brand = random();
    const floor = Math.floor(category * 100);
    writeUuid(out, random);
    out.tab();
    out.text(users[zipf(random(), volumes.users, 0.6)] ?? '');
    out.text('\tquery ');
    out.integer(zipf(random(), volumes.queries, 1) + 1);
    out.text('\t{"brand": "brand-');
    out.integer(zipf(brand, 2_000, 1) + 1);
    out.text('", "category": "');
    out.text(categories[zipf(category, volumes.categories, 1)] ?? '');
    out.text(brand < 0.7 ? '", "in_stock": true, "price_max": ' : '", "in_stock": false, "price_max": ');
    out.integer(floor + below(random, 400));
    out.text(', "price_min": ');
    out.integer(floor);
    out.text('}\t');
    out.integer(zipf(random(), 1_000, 1));
    out.tab();
    writeTimestamp(out, timeline.epochMsAt((index + random()) / volumes.searches));
    out.tab();
    out.integer(Math.floor(5 + Math.exp(random() * 7)));
    out.endRow();
  };
}

const productColumns = ['id', 'title', 'price', 'category', 'review_rating', 'review_count', 'created_at'];

/** First category of a product: fixed by its number, so that two tables agree without sharing a stream. */
function firstCategory(seed: number, product: number, size: number): number {
  return zipf(createRandom(seed, 77, product)(), size, 1);
}

function productRow({ volumes, timeline, categories }: Source, seed: number): WriteUnit {
  return (random, index, out) => {
    out.integer(index + 1);
    out.text('\tProduct ');
    out.integer(index + 1);
    out.text(' ');
    for (let word = 0; word < 6; word += 1) out.hex16(random() * 65_536);
    out.tab();
    out.decimal(Math.exp(random() * 6.2) + 0.99, 2);
    out.tab();
    out.text(categories[firstCategory(seed, index, volumes.categories)] ?? '');
    out.tab();
    out.decimal(1 + 4 * Math.sqrt(random()), 1);
    out.tab();
    out.integer(zipf(random(), 20_000, 1));
    out.tab();
    writeTimestamp(out, timeline.epochMsAt((index + random()) / volumes.products));
    out.endRow();
  };
}

const categoryColumns = ['product_id', 'category'];

function categoryRows({ volumes, categories }: Source, seed: number): WriteUnit {
  return (random, index, out) => {
    const ranks = new Set([firstCategory(seed, index, volumes.categories)]);
    for (let draw = 0; draw < 2; draw += 1) {
      if (random() < 0.5) ranks.add(zipf(random(), volumes.categories, 1));
    }
    for (const rank of ranks) {
      out.integer(index + 1);
      out.tab();
      out.text(categories[rank] ?? '');
      out.endRow();
    }
  };
}

const resultColumns = ['id', 'product_id', 'search_query_hash', 'relevance_score', 'created_at'];

function resultRow({ volumes, timeline }: Source): WriteUnit {
  const hashes = tabulate(volumes.queries, (rank) => md5Hex(queryText(rank)));
  return (random, index, out) => {
    out.integer(index + 1);
    out.tab();
    // A step that shares no factor with the number of products spreads the popular ones over the table.
    out.integer(((zipf(random(), volumes.products, 0.5) * 7_919) % volumes.products) + 1);
    out.tab();
    out.text(hashes[zipf(random(), volumes.queries, 1)] ?? '');
    out.tab();
    out.decimal(random(), 6);
    out.tab();
    writeTimestamp(out, timeline.epochMsAt((index + random()) / volumes.searchResults));
    out.endRow();
  };
}
