import { formatDuration } from '../../../../kernel/index.ts';
import { FORMULA_SOURCE, FORMULA_STORAGE } from '../../formulas.ts';
import type { Basis, Outcome, TuneInput, TuneRule } from '../../types.ts';
import { measureReads, type ReadSpeed } from './read-speed.ts';

const SOURCE = 'PostgreSQL docs 19.7.2 "Planner Cost Constants", 27.2.13 "pg_stat_io": read_time';
/** From this version on reads go ahead of a scan by default, many at a time. */
const READS_AHEAD = 180_000;

/** Sets what the planner believes of the storage by the time that reads took, or by what its owner says it is. */
export const storageCosts: TuneRule = {
  id: 'tune/storage-costs',
  run: (input) => {
    const speed = measureReads(input.snapshot, input.workload, input.values.reads);
    const storage = storageOf(input, speed);
    if (storage === null) return unknown(input, speed);
    return [...randomPageCost(input, storage), ...ioConcurrency(input, storage)];
  },
};

interface Storage {
  readonly kind: 'ssd' | 'hdd';
  readonly basis: Basis;
  readonly speed: ReadSpeed | null;
}

/** What was measured comes before what was said; between the two kinds nothing is concluded. */
function storageOf({ machine, values }: TuneInput, speed: ReadSpeed | null): Storage | null {
  if (speed !== null && speed.randomMs <= values.fastReadMs) return { kind: 'ssd', basis: 'measured', speed };
  if (speed !== null && speed.randomMs >= values.slowReadMs) return { kind: 'hdd', basis: 'measured', speed };
  return machine.storage === null ? null : { kind: machine.storage, basis: 'formula', speed: null };
}

function unknown(input: TuneInput, speed: ReadSpeed | null): readonly Outcome[] {
  if ((input.number('random_page_cost') ?? 0) < FORMULA_STORAGE.hdd.randomPageCost) return [];
  const isTimed = input.setting('track_io_timing')?.value === 'on';
  const reason =
    speed !== null
      ? `a random read takes ${formatDuration(speed.randomMs)}, which is neither solid state nor a spinning disk`
      : isTimed
        ? 'too few blocks were read since the counters began to tell how fast the storage is'
        : 'how fast the storage reads is not measured: track_io_timing is off';
  const remedy = isTimed
    ? 'say what the data lie on: --storage ssd or hdd, or target.storage'
    : 'alter system set track_io_timing = on, or say what the data lie on: --storage ssd or hdd';
  return [{ kind: 'gap', reason: `random_page_cost: ${reason}`, remedy }];
}

function seen({ basis, speed, kind }: Storage): string {
  if (speed === null || basis === 'formula')
    return `the data lie on ${kind === 'ssd' ? 'solid state' : 'spinning disks'}, as its owner says`;
  const sequential =
    speed.sequentialMs === null ? '' : `, one of a sequential scan ${formatDuration(speed.sequentialMs)}`;
  return `a random read of a block takes ${formatDuration(speed.randomMs)}${sequential}; whether from the disk or the page cache cannot be told from a connection`;
}

function evidenceOf({ speed }: Storage): Readonly<Record<string, number | string | null>> {
  if (speed === null) return {};
  const { randomMs, sequentialMs, readsCount, from } = speed;
  return { randomReadMs: randomMs, sequentialReadMs: sequentialMs, readsCount, readTimesFrom: from };
}

function randomPageCost(input: TuneInput, storage: Storage): readonly Outcome[] {
  const current = input.number('random_page_cost');
  const wanted = FORMULA_STORAGE[storage.kind].randomPageCost;
  if (current === null) return [];
  // Between the two somebody has thought about it.
  const isOff = storage.kind === 'ssd' ? current >= 2 : current < 2;
  if (!isOff) return [];
  return [
    {
      kind: 'setting',
      name: 'random_page_cost',
      value: String(wanted),
      number: wanted,
      basis: storage.basis,
      why: seen(storage),
      evidence: { randomPageCost: current, ...evidenceOf(storage) },
      source: storage.basis === 'measured' ? SOURCE : FORMULA_SOURCE,
      effect: {
        metric: 'randomPageCost',
        before: current,
        after: wanted,
        unit: 'cost',
        method:
          'the planner takes index scans where it shunned them, or the other way; measured afterwards by the verdict',
      },
      risk: { level: 'medium', why: 'plans of many statements may change at once' },
    },
  ];
}

function ioConcurrency(input: TuneInput, storage: Storage): readonly Outcome[] {
  const name = 'effective_io_concurrency';
  const current = input.number(name);
  const wanted = FORMULA_STORAGE[storage.kind].ioConcurrency;
  const isAhead = input.snapshot.server.versionNumber >= READS_AHEAD;
  if (current === null || isAhead || storage.kind === 'hdd' || current > 2) return [];
  return [
    {
      kind: 'setting',
      name,
      value: String(wanted),
      number: wanted,
      basis: storage.basis,
      why: `${seen(storage)}: it answers many reads at a time, and bitmap scans ask for ${current}`,
      evidence: { effectiveIoConcurrency: current, ...evidenceOf(storage) },
      source: `PostgreSQL docs 19.4.5 "Asynchronous Behavior"; ${FORMULA_SOURCE}`,
      effect: { metric: name, before: current, after: wanted, unit: 'count', method: 'by definition' },
      risk: { level: 'low', why: 'bitmap scans read ahead further' },
    },
  ];
}
