import { MarketResearchError } from '../failure.ts';
import { createRandom, type Random, zipf } from '../generate/random.ts';
import { categoryName, queryText, tabulate, userId } from '../generate/values.ts';
import { habits } from './habits.ts';
import type { BoundStatement, DataShape, Draw, Operation } from './operation.ts';
import { operations } from './operations.ts';

/** Weights by name of operation; what is not named is not run. */
export type WorkloadMix = Readonly<Record<string, number>>;

const application: WorkloadMix = {
  'product-point': 30,
  'user-history': 18,
  'product-search': 10,
  'user-analyses': 8,
  'record-search': 6,
  'user-activity': 4,
  'pending-analyses': 4,
  'update-stock': 4,
  'request-analysis': 3,
  'complete-analysis': 3,
  'filter-search': 2,
  'keyword-analyses': 2,
  'popular-queries': 1,
  'analysis-durations': 1,
};

/** The mixes of the two states: *as found* aggregates on demand and has ten bad habits. */
export const mixes: Readonly<Record<'as-found' | 'as-tuned', WorkloadMix>> = {
  'as-found': {
    ...application,
    'market-analysis': 4,
    'category-page': 3,
    'price-preview': 24,
    'page-snapshot': 2,
    'title-contains': 1,
    'category-lower': 2,
    'product-id-text': 1,
    'product-or': 1,
    'products-without-results': 1,
    'deep-page': 1,
    'latest-per-user': 1,
  },
  'as-tuned': { ...application, 'market-metrics': 4 },
};

/** One operation of the sequence, with its parameters. */
export interface PlannedOperation {
  readonly name: string;
  readonly statements: readonly BoundStatement[];
}

/**
 * Plans the sequence of operations: the n-th is the same for a seed and mix, whichever session runs it.
 * @throws MARKET_RESEARCH.INVALID_OPTION when the mix names an unknown operation or weighs nothing
 */
export function planOperations(
  mix: WorkloadMix,
  shape: DataShape,
  seed: number,
): (index: number) => PlannedOperation {
  const chosen = Object.entries(mix).filter(([, weight]) => weight > 0);
  const total = chosen.reduce((sum, [, weight]) => sum + weight, 0);
  const known = new Map([...operations, ...habits].map((operation) => [operation.name, operation]));
  const weighted = chosen.map(([name, weight]) => ({ operation: known.get(name) ?? unknown(name), weight }));
  if (weighted.length === 0) throw invalid('the mix names no operation');
  const users = tabulate(shape.users, userId);
  return (index) => {
    const random = createRandom(seed, 1_009, index);
    const operation = pick(weighted, random() * total);
    return { name: operation.name, statements: operation.statements(createDraw(random, shape, users)) };
  };
}

function pick(
  weighted: readonly { readonly operation: Operation; readonly weight: number }[],
  at: number,
): Operation {
  let rest = at;
  for (const { operation, weight } of weighted) {
    rest -= weight;
    if (rest < 0) return operation;
  }
  return weighted.at(-1)?.operation ?? unknown('');
}

function createDraw(random: Random, shape: DataShape, users: readonly string[]): Draw {
  return {
    random,
    shape,
    user: () => users[zipf(random(), shape.users, 0.6)] ?? '',
    query: () => queryText(zipf(random(), shape.queries, 1)),
    category: () => categoryName(zipf(random(), shape.categories, 1)),
    product: () => 1 + zipf(random(), shape.products, 0.5),
  };
}

function unknown(name: string): never {
  throw invalid(`the mix names an unknown operation "${name}"`);
}

function invalid(message: string): MarketResearchError {
  const names = [...operations, ...habits].map((operation) => operation.name);
  return new MarketResearchError(
    'MARKET_RESEARCH.INVALID_OPTION',
    message,
    `name some of ${names.join(', ')}`,
  );
}
