import { arithmetic } from './rules/arithmetic/rewrite.ts';
import { correlatedIn } from './rules/correlated-in/rewrite.ts';
import { countExists } from './rules/count-exists/rewrite.ts';
import { cteFence } from './rules/cte-fence/rewrite.ts';
import { dateRange } from './rules/date-range/rewrite.ts';
import { distinctJoin } from './rules/distinct-join/rewrite.ts';
import { implicitCast } from './rules/implicit-cast/rewrite.ts';
import { nPlusOneRead } from './rules/n-plus-one/rewrite.ts';
import { notIn } from './rules/not-in/rewrite.ts';
import { offsetKeyset } from './rules/offset-keyset/rewrite.ts';
import { orUnion } from './rules/or-union/rewrite.ts';
import { scalarSubquery } from './rules/scalar-subquery/rewrite.ts';
import type { RewriteRule } from './types.ts';

/** Every rewrite that pgsteward knows. */
export const rewriteRules: readonly RewriteRule[] = [
  notIn,
  correlatedIn,
  countExists,
  scalarSubquery,
  distinctJoin,
  dateRange,
  arithmetic,
  implicitCast,
  orUnion,
  cteFence,
  offsetKeyset,
  nPlusOneRead,
];
