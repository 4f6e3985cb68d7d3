import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** `source` makes a workspace package resolve to its TypeScript, so that tests need no build. */
const conditions = ['source', 'module', 'node', 'development|production'];

/** They ask what a process that has not yet loaded the parser does, so each has one of its own. */
const OWN_PROCESS = [
  'packages/agent/src/sql/parser.test.ts',
  'packages/agent/src/diagnose/checks/non-sargable-predicate/check.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    maxWorkers: Math.min(2, availableParallelism()),
    teardownTimeout: 60_000,
    projects: [
      // Small files that leave nothing behind share a process: most of their time would go into importing.
      project('units', false, ['packages/*/src/**/*.test.ts'], OWN_PROCESS),
      project('systems', true, [
        ...OWN_PROCESS,
        'examples/*/src/**/*.test.ts',
        'test/**/*.test.ts',
        'bench/**/*.test.ts',
      ]),
    ],
  },
});

function project(name: string, isolate: boolean, include: string[], exclude: string[] = []) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      isolate,
      include,
      exclude: ['**/node_modules/**', ...exclude],
      // eventsource, which the client imports, names its TypeScript under `source` too; Node takes none from node_modules.
      server: { deps: { inline: ['@modelcontextprotocol/client', /eventsource/] } },
      pool: 'forks' as const,
      // A machine that is busy with others is no failure.
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  };
}
