const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const closers = new Set<() => void>();

/**
 * Runs a function when this process ends by itself or by a signal that nobody else handles.
 * @param close must not wait for anything
 * @returns takes the function back
 */
export function guardExit(close: () => void): () => void {
  if (closers.size === 0) attach();
  closers.add(close);
  return () => {
    if (closers.delete(close) && closers.size === 0) detach();
  };
}

function closeAll(): void {
  for (const close of closers) close();
}

/**
 * A listener takes the signal's default effect away, so that it is raised again here, unless the program
 * listens too: then it decides when to end, and `exit` follows.
 */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  closeAll();
  detach();
  process.kill(process.pid, signal);
}

function attach(): void {
  process.on('exit', closeAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function detach(): void {
  process.off('exit', closeAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}
