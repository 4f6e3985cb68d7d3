import { indexBuildProgressQuery, runCatalogQuery } from '../../../catalog/index.ts';
import type { Execution } from '../../types.ts';

const EVERY_MS = 1_000;

/** Tells how far a build has come until it ends. What cannot be seen is not told. */
export function buildProgress(
  { session, reader, change, onProgress }: Execution,
  step: { readonly done: number; readonly total: number },
): { end(): void } {
  const of = step.total > 1 ? ` (${step.done + 1} of ${step.total})` : '';
  let isReading = false;
  const look = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    const pid = session.capabilities.backendPid;
    const result = await runCatalogQuery(reader, indexBuildProgressQuery, [pid]).catch(() => null);
    isReading = false;
    const row = result?.ok === true ? result.rows[0] : undefined;
    if (row === undefined) return;
    const { phase, blocks, blocksDone, rows, rowsDone } = row;
    const [done, total] = blocks > 0 ? [blocksDone, blocks] : [rowsDone, rows];
    onProgress({
      task: `building ${change.object}${of}: ${phase}`,
      done,
      total: total === 0 ? null : total,
      unit: blocks > 0 ? 'blocks' : 'rows',
    });
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  return { end: () => clearInterval(timer) };
}
