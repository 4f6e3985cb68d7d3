import { rm } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { findBinaries } from '../../packages/agent/src/postgres/embedded/index.ts';
import { hasAllMajors, requestedMajors } from './majors.ts';
import { openRunDirectory, removeAbandonedRuns } from './temporary-directory.ts';
import { startTestServer, type TestServer } from './test-server.ts';

/** A shared server as the test files see it. */
export interface SharedServer {
  readonly major: number;
  /** URL of the database `postgres`, as superuser. */
  readonly url: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly sharedServers: readonly SharedServer[];
  }
}

/** Starts one server per major version, side by side, for all test files; stops them at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandonedRuns();
  const root = await openRunDirectory();
  const majors = requestedMajors().filter((major) => hasAllMajors() || findBinaries({ major }).ok);
  const starts = await Promise.allSettled(majors.map((major) => startTestServer({ major })));
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed !== undefined) {
    await closeAll(servers, root);
    throw failed.reason;
  }
  const shared = servers.map((server) => ({ major: server.major, url: server.connectionUrl() }));
  project.provide('sharedServers', shared);
  return () => closeAll(servers, root);
}

async function closeAll(servers: readonly TestServer[], root: string): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
  await rm(root, { recursive: true, force: true });
}
