import { writeFileSync } from 'node:fs';
import { startDemo } from '../packages/agent/src/app/index.ts';
import { silentProgress, systemClock } from '../packages/agent/src/kernel/index.ts';
export async function run(args: readonly string[]): Promise<void> {
  const demo = await startDemo({
    scale: Number(args[0] ?? 0.2),
    sessions: 4,
    workloadMs: 15_000,
    keep: false,
    clock: systemClock,
    onProgress: silentProgress,
    signal: new AbortController().signal,
  });
  writeFileSync('/tmp/dev-url', demo.url);
  console.log('ready');
  await new Promise((resolve) => {
    process.on('SIGTERM', resolve);
    setTimeout(resolve, 9_000_000);
  });
  await demo.close();
}
