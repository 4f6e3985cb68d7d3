import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../../packages/agent/src/kernel/index.ts';
import { findBinaries, stopAbandoned } from '../../packages/agent/src/postgres/embedded/index.ts';
import { hasAllMajors, requestedMajors } from './majors.ts';
import { DIRECTORY_PREFIX, startTestServer, type TestServer } from './test-server.ts';

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

const ABANDONED_AFTER_MS = 60_000;

/** Starts one server per major version, side by side, for all test files; stops them at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned();
  const majors = requestedMajors().filter((major) => hasAllMajors() || findBinaries({ major }).ok);
  const starts = await Promise.allSettled(majors.map((major) => startTestServer({ major })));
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed !== undefined) {
    await closeAll(servers);
    throw failed.reason;
  }
  const shared = servers.map((server) => ({ major: server.major, url: server.connectionUrl() }));
  project.provide('sharedServers', shared);
  return () => closeAll(servers);
}

async function closeAll(servers: readonly TestServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
}

/** A run that was killed with SIGKILL leaves servers and directories; the next run clears them away. */
async function removeAbandoned(): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names.filter((candidate) => candidate.startsWith(DIRECTORY_PREFIX))) {
    const directory = join(tmpdir(), name);
    const age = await stat(directory).then(
      (entry) => Date.now() - entry.mtimeMs,
      () => 0,
    );
    // Another run may have just made it and not yet locked it.
    if (age < ABANDONED_AFTER_MS || !(await stopAbandoned(directory, systemClock))) continue;
    await rm(directory, { recursive: true, force: true });
  }
}
