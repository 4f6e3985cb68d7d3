import { quoteIdentifier } from '../../kernel/index.ts';
import { extractKeys, shownForKeys } from '../index-size/extract-keys.ts';
import { elementsOfSample } from '../index-size/sampled-elements.ts';
import type { ElementFacts, ValueFacts } from '../index-size/types.ts';
import { elementsOfStatistics } from '../index-size/vector-elements.ts';
import type { ColumnStatistics } from '../types.ts';
import type { BuiltColumn, BuiltIndex } from './built-index.ts';
import type { Shadow } from './open-shadow.ts';
import { sampleExpression } from './sample-expression.ts';

/** Predicts the keys that GIN takes out of a column or an expression; null when nothing is known of its values. */
export async function elementFacts(
  shadow: Shadow,
  built: BuiltIndex,
  column: BuiltColumn,
  known: {
    readonly statistics: ColumnStatistics | undefined;
    readonly values: ValueFacts;
    readonly rows: number;
  },
): Promise<ElementFacts | null> {
  const { statistics, values, rows } = known;
  const name = column.operatorClass ?? '';
  if (statistics !== undefined && (statistics.commonElements !== null || name === 'tsvector_ops')) {
    const sampled = name === 'tsvector_ops' ? await sampleGenerated(shadow, built, column, known) : null;
    return sampled ?? (await elementsFrom(shadow, statistics, column, rows));
  }
  const expression = column.expression ?? quoteIdentifier(column.column ?? '');
  const sampled = await sampleKeys(shadow, built, { name, expression, rows });
  return sampled ?? scalarKeys(name, values, { column, rows });
}

/** A generated column says itself what its values come from. */
async function sampleGenerated(
  shadow: Shadow,
  built: BuiltIndex,
  column: BuiltColumn,
  { rows }: { readonly rows: number },
): Promise<ElementFacts | null> {
  if (column.generation === null) return null;
  return sampleKeys(shadow, built, {
    name: column.operatorClass ?? '',
    expression: column.generation,
    rows,
  });
}

async function sampleKeys(
  shadow: Shadow,
  { tableSchema: schema, tableName: table }: BuiltIndex,
  { name, expression, rows }: { readonly name: string; readonly expression: string; readonly rows: number },
): Promise<ElementFacts | null> {
  const shown = shownForKeys(name);
  const sampled = await sampleExpression(shadow, { schema, table, expression, shown, isOrdered: false });
  if (sampled === null) return null;
  const values = [];
  let emptyRatio = 0;
  for (const { text, share } of sampled.rows) {
    if (text === null) {
      emptyRatio += share ?? 1 / sampled.rows.length;
      continue;
    }
    const keys = extractKeys(name, text);
    if (keys === null) return null;
    values.push({ share, keys });
  }
  return values.length === 0 ? null : elementsOfSample(values, { rows, emptyRatio });
}

async function elementsFrom(
  shadow: Shadow,
  statistics: ColumnStatistics,
  { lengthBytes, operatorClass }: BuiltColumn,
  rows: number,
): Promise<ElementFacts> {
  const { rows: found } = await shadow.planner.run<{ list: string[] | null }>('select $1::text[] as list', [
    statistics.commonElements,
  ]);
  return elementsOfStatistics({
    isVector: operatorClass === 'tsvector_ops',
    elements: found[0]?.list ?? [],
    shares: statistics.commonElementFrequencies ?? [],
    perValue: statistics.elementCountHistogram?.at(-1) ?? null,
    nullRatio: statistics.nullRatio,
    widthBytes: statistics.widthBytes,
    fixedBytes: lengthBytes > 0 ? lengthBytes : null,
    rows,
  });
}

/** `btree_gin` keeps each value as it is. */
function scalarKeys(
  name: string,
  values: ValueFacts,
  { column, rows }: { readonly column: BuiltColumn; readonly rows: number },
): ElementFacts | null {
  if (/^(jsonb|array|tsvector|gin_trgm|hstore)/.test(name)) return null;
  const keyBytes = column.lengthBytes > 0 ? column.lengthBytes : (values.widths[0]?.bytes ?? 16);
  const rest = Math.max(0, 1 - values.nullRatio - values.commonShares.reduce((sum, share) => sum + share, 0));
  const keys = Math.max(1, Math.min(rest * rows, (values.distinct ?? rows) - values.commonShares.length));
  return {
    classes: [
      ...values.commonShares.map((rowShare) => ({ keys: 1, rowShare, keyBytes })),
      ...(rest > 0 ? [{ keys, rowShare: rest / keys, keyBytes }] : []),
    ],
    emptyRatio: values.nullRatio,
  };
}
