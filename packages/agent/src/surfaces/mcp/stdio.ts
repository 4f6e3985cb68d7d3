import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createMcpServer } from './server.ts';
import type { McpSource } from './types.ts';

/** Serves one client over this process's standard input and output until it goes, or the signal fires. */
export async function serveMcp(source: McpSource, signal: AbortSignal): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close']) process.stdin.once(event, () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const handle = serveStdio(() => createMcpServer(source));
  if (!signal.aborted) await ended;
  await handle.close();
}
