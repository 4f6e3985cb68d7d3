import { brinSize } from './brin.ts';
import { btreeSize } from './btree.ts';
import { ginSize } from './gin.ts';
import { gistSize } from './gist.ts';
import { hashSize } from './hash.ts';
import { spgistSize } from './spgist.ts';
import type { IndexFacts, IndexSize } from './types.ts';

/** Predicts the size of a freshly built index. */
export function indexSize(facts: IndexFacts): IndexSize {
  switch (facts.method) {
    case 'btree':
      return btreeSize(facts);
    case 'hash':
      return hashSize(facts);
    case 'gin':
      return ginSize(facts);
    case 'gist':
      return gistSize(facts);
    case 'spgist':
      return spgistSize(facts);
    case 'brin':
      return brinSize(facts);
  }
}
