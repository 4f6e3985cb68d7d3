import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Checker, createChecker, type ViolationKind } from './checker.ts';
import type { ClientOrder, ClientReport } from './client-process.ts';
import type { ContenderName } from './contenders.ts';
import { readReads, readWrites, type Write } from './history.ts';
import { type Happened, type TormentPlan, torment, type WorkerSlot } from './nemesis.ts';
import { isReady, openStage, type Stage } from './stage.ts';
import { tenantOf } from './table.ts';

/** How long and how much. */
export interface CheckOptions extends TormentPlan {
  readonly contender: ContenderName;
  /** Of all processes together, at most: a load takes as long as it takes. */
  readonly readsPerSecond: number;
}

/** What came of it. */
export interface CheckOutcome {
  readonly readsCount: number;
  readonly writesCount: number;
  /** Reads that loaded, 0..1. */
  readonly loadRatio: number;
  readonly failedReads: number;
  readonly failedWrites: number;
  readonly faultsCount: number;
  readonly violations: Readonly<Record<ViolationKind, number>>;
  readonly violationsCount: number;
  /** For how long the worst of them had been outdated when the read began. */
  readonly worstOutdatedMs: number;
  /** The first of them with their histories. */
  readonly examples: readonly string[];
}

const PROCESSES = 2;
/** The wall clocks of the processes are wrong by so much, where they can be; each life of the worker has the next. */
const SKEWS_MS = [5_000, -5_000];
const EXAMPLES = 10;

/** Lets processes read and write through a cache while faults happen, then judges every read. */
export async function checkCache(options: CheckOptions): Promise<CheckOutcome> {
  const stage = await openStage();
  try {
    const worker = options.contender === 'ours' ? await startWorker(stage) : null;
    const clients = await Promise.all(
      Array.from({ length: PROCESSES }, (_, index) => startClient(stage, options, index)),
    );
    for (const { child } of clients) child.stdin?.write('begin\n');
    const faults = await torment({ stage, worker }, options);
    for (const { child } of clients) child.stdin?.write('end\n');
    const reports = await Promise.all(clients.map(({ report }) => report));
    return await judgeAll(clients, reports, faults);
  } finally {
    await stage.close();
  }
}

async function startWorker(stage: Stage): Promise<WorkerSlot> {
  let lives = 0;
  const next = async (): Promise<ChildProcess> => {
    lives += 1;
    const clock = (await stage.clockFor?.(`worker-${lives}`, SKEWS_MS[lives % SKEWS_MS.length])) ?? null;
    return stage.launch(
      '../../integration/cache/worker-process.ts',
      [stage.databaseUrl, stage.redisUrl],
      clock,
    );
  };
  const first = await next();
  await isReady(first);
  return { process: first, next };
}

interface Client {
  readonly child: ChildProcess;
  readonly order: ClientOrder;
  readonly report: Promise<ClientReport>;
}

async function startClient(
  stage: Stage,
  { contender, readsPerSecond }: CheckOptions,
  index: number,
): Promise<Client> {
  const order: ClientOrder = {
    contender,
    databaseUrl: stage.databaseUrl,
    redisUrl: stage.redisUrl,
    index,
    processes: PROCESSES,
    readsPerSecond: readsPerSecond / PROCESSES,
    readsFile: join(stage.directory, `${index}.reads`),
    writesFile: join(stage.directory, `${index}.writes`),
  };
  const clock = (await stage.clockFor?.(`client-${index}`, SKEWS_MS[index])) ?? null;
  const child = stage.launch('client-process.ts', [JSON.stringify(order)], clock);
  await isReady(child);
  return { child, order, report: reportOf(child) };
}

async function reportOf(child: ChildProcess): Promise<ClientReport> {
  if (child.stdout === null) throw new Error('a client has no output');
  const ended = once(child, 'exit').then(() => {
    throw new Error('a client ended before its report');
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  return JSON.parse(line) as ClientReport;
}

async function judgeAll(
  clients: readonly Client[],
  reports: readonly ClientReport[],
  faults: readonly Happened[],
): Promise<CheckOutcome> {
  const writes: Write[] = [];
  for (const { order } of clients) for await (const write of readWrites(order.writesFile)) writes.push(write);
  const judged = await judgeReads(
    createChecker(writes, tenantOf),
    clients.map(({ order }) => order.readsFile),
    faults,
  );
  const sum = (field: keyof ClientReport): number =>
    reports.reduce((total, report) => total + report[field], 0);
  return {
    ...judged,
    faultsCount: faults.length,
    writesCount: writes.length,
    loadRatio: sum('loads') / judged.readsCount,
    failedReads: sum('failedReads'),
    failedWrites: sum('failedWrites'),
  };
}

async function judgeReads(
  checker: Checker,
  files: readonly string[],
  faults: readonly Happened[],
): Promise<
  Pick<CheckOutcome, 'readsCount' | 'violations' | 'violationsCount' | 'worstOutdatedMs' | 'examples'>
> {
  const violations = { stale: 0, 'unread-write': 0, crossed: 0, missing: 0, invented: 0 };
  const examples: string[] = [];
  let [readsCount, violationsCount, worstOutdatedMs] = [0, 0, 0];
  for (const file of files) {
    for await (const read of readReads(file)) {
      readsCount += 1;
      const violation = checker.check(read);
      if (violation === null) continue;
      violations[violation.kind] += 1;
      violationsCount += 1;
      worstOutdatedMs = Math.max(worstOutdatedMs, violation.outdatedMs);
      if (examples.length < EXAMPLES) {
        examples.push(`${checker.describe(violation)}\n  ${faultAt(read.beganMs, faults)}`);
      }
    }
  }
  return { readsCount, violations, violationsCount, worstOutdatedMs, examples };
}

/** Tells the fault before a read: what it did may outlast it. */
function faultAt(atMs: number, faults: readonly Happened[]): string {
  const fault = faults.findLast(({ beganMs }) => beganMs <= atMs);
  if (fault === undefined) return 'before the first fault';
  const sinceMs = Math.round(atMs - fault.beganMs);
  const tookMs = Math.round(fault.endedMs - fault.beganMs);
  return `${sinceMs} ms after the begin of "${fault.name}", which took ${tookMs} ms`;
}
