import type { TriedRewrite } from '../../advise/index.ts';
import type { ValueSet } from '../../planner/index.ts';
import type { ComparisonConnection } from '../../postgres/index.ts';
import type { RewriteCheck } from '../../report/index.ts';
import { repairNormalized } from '../../sql/index.ts';

/** The statement that a rewrite is compared with, and how. */
export interface CheckedStatement {
  readonly sql: string;
  /** Typical values of its parameters. */
  readonly sets: readonly ValueSet[];
  /** Whether ORDER BY leaves nothing open. */
  readonly isOrderTotal: boolean;
  readonly timeoutMs: number;
}

/** Runs a rewrite beside the original, once for each set of values; it is withdrawn where one run differs. */
export async function checkRewrite(
  rewrite: TriedRewrite,
  { sql, sets, isOrderTotal, timeoutMs }: CheckedStatement,
  connection: ComparisonConnection,
): Promise<RewriteCheck> {
  const hasParameters = /\$\d/.test(sql);
  const reason = obstacle(rewrite, hasParameters && sets.length === 0);
  if (reason !== null) return { label: 'not compared', reason, runs: [] };
  const runs: RewriteCheck['runs'][number][] = [];
  for (const values of hasParameters ? sets.map((set) => set.values) : [[]]) {
    const statements = {
      original: repairNormalized(sql),
      rewritten: rewrite.sql,
      values,
      isOrdered: isOrderTotal,
    };
    runs.push({ values, compared: await connection.compare(statements, { timeoutMs }) });
  }
  return judge(runs, { isOrderTotal, isCut: /\blimit\b|\bfetch\s+(first|next)\b/i.test(sql) });
}

function obstacle({ exactness, verdict, refusal }: TriedRewrite, lacksValues: boolean): string | null {
  if (exactness === 'interface') return 'it takes other parameters or gives other rows by its nature';
  if (verdict === 'refused') return `PostgreSQL refuses it: ${refusal}`;
  return lacksValues ? 'no typical values of its parameters are known' : null;
}

function judge(
  runs: RewriteCheck['runs'],
  { isOrderTotal, isCut }: { readonly isOrderTotal: boolean; readonly isCut: boolean },
): RewriteCheck {
  const different = runs.find(({ compared }) => compared.kind === 'different');
  const failed = runs.flatMap(({ compared }) => (compared.kind === 'failed' ? [compared] : []));
  const [first] = failed;
  if (different !== undefined && isCut && !isOrderTotal) {
    const reason =
      'LIMIT keeps any of the rows that its order leaves open, so the two may differ and both be right';
    return { label: 'not compared', reason, runs };
  }
  if (different !== undefined) return { label: 'different', reason: null, runs };
  if (first === undefined) return { label: 'same result on this data', reason: null, runs };
  return {
    label: 'not compared',
    reason: `the ${first.statement} statement could not be run: ${first.reason}`,
    runs,
  };
}
