import type { Command } from 'commander';

/** Describes `pgsteward cache`. */
export function describeCache(command: Command): Command {
  return command
    .summary('the cache in front of the database')
    .description('What to cache of a target, how the cache does, and what keeps it true.');
}
