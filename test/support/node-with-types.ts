import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Node runs TypeScript itself from 22.18 on; the suite's npm-packaged Node 24 stands in before. */
export function nodeWithTypes(): string {
  const { typescript } = process.features as { readonly typescript?: unknown };
  if (typeof typescript === 'string') return process.execPath;
  const packageFile = createRequire(import.meta.url).resolve(
    `node-${process.platform}-${process.arch}/package.json`,
  );
  return join(dirname(packageFile), 'bin', 'node');
}
