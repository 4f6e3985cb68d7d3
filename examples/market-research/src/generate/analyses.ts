import { below, type Random, zipf } from './random.ts';
import type { Source, WriteUnit } from './source.ts';
import { writeTimestamp } from './timeline.ts';
import { md5Hex, tabulate, writeUuid } from './values.ts';
import type { CopyWriter } from './writer.ts';

/** Columns of `market_analyses` in the order that {@link analysisRow} writes them. */
export const analysisColumns: readonly string[] = [
  'id',
  'user_id',
  'product_keywords',
  'analysis_type',
  'status',
  'results',
  'created_at',
  'completed_at',
  'processing_duration',
];

const types = ['price', 'trend', 'competitor', 'sentiment', 'forecast'];

/** Writes analyses: 93 % completed with about 600 bytes of results, the rest failed, pending or running. */
export function analysisRow({ volumes, timeline, users }: Source): WriteUnit {
  const words = tabulate(4_096, (rank) => md5Hex(`summary ${rank}`));
  return (random, index, out) => {
    const weight = random();
    writeUuid(out, random);
    out.tab();
    out.text(users[zipf(random(), volumes.users, 0.6)] ?? '');
    out.text('\t["kw');
    out.integer(zipf(weight, volumes.keywords, 1) + 1);
    out.text('", "kw');
    out.integer(zipf(random(), volumes.keywords, 1) + 1);
    out.text('", "kw');
    out.integer(below(random, volumes.keywords) + 1);
    out.text('"]\t');
    out.text(types[zipf(random(), 5, 1)] ?? 'price');
    const createdMs = timeline.epochMsAt((index + random()) / volumes.analyses);
    const draw = random();
    if (draw < 0.93) {
      out.text('\tcompleted\t');
      writeResults(out, random, weight, words);
      out.tab();
      writeTimestamp(out, createdMs);
      out.tab();
      writeTimestamp(out, createdMs + Math.floor(weight * 90_000));
      out.tab();
      out.decimal(weight * 90, 3);
    } else {
      out.text(draw < 0.97 ? '\tfailed\t\\N\t' : draw < 0.99 ? '\tpending\t\\N\t' : '\trunning\t\\N\t');
      writeTimestamp(out, createdMs);
      out.text('\t\\N\t\\N');
    }
    out.endRow();
  };
}

function writeResults(out: CopyWriter, random: Random, weight: number, words: readonly string[]): void {
  out.text('{"sample": ');
  out.integer(below(random, 10_000));
  out.text(', "series": [0');
  for (let step = 1; step < 24; step += 1) {
    out.text(', ');
    out.integer(Math.floor(step * weight * 100));
  }
  out.text('], "summary": "');
  for (let word = 0; word < 8; word += 1) out.text(words[below(random, 4_096)] ?? '');
  out.text('", "avg_price": ');
  out.decimal(weight * 500, 2);
  out.text('}');
}
