import { VERDICT_SETTINGS } from './settings.ts';
import type { StatementRole, StatementTicks, VerdictLimits, VerdictQuestion } from './types.ts';

/** Limits as they are by default, but for a time to verify of one hour. */
export const LIMITS: VerdictLimits = {
  slowdownRatio: VERDICT_SETTINGS.slowdownRatio.default,
  uncontrolledSlowdownRatio: VERDICT_SETTINGS.uncontrolledSlowdownRatio.default,
  smallestGainRatio: VERDICT_SETTINGS.smallestGainRatio.default,
  minimumCalls: VERDICT_SETTINGS.minimumCalls.default,
  minimumControls: VERDICT_SETTINGS.minimumControls.default,
  falseRevertRatio: VERDICT_SETTINGS.falseRevertRatio.default,
  loadFactor: VERDICT_SETTINGS.loadFactor.default,
  verifyMs: VERDICT_SETTINGS.verifyMs.default,
};

const APPLIED_AT = Date.parse('2026-11-29T12:00:00Z');
const TICK_MS = 60_000;

/** One simulated statement. */
export interface SimulatedStatement {
  readonly role: StatementRole;
  readonly meanMs?: number;
  /** Deviation of the logarithm of the time of a call: 0.5 is a spread of 53 % of the mean, 1 of 131 %. */
  readonly sigma?: number;
  readonly callsPerTick?: number;
  readonly callsPerTickAfter?: number;
  readonly blocksPerCall?: number;
  /** What the action does to its time and its blocks. */
  readonly effect?: number;
  readonly blocksEffect?: number;
  /** How its logarithm follows that of the load. */
  readonly sensitivity?: number;
}

/** A simulated server. */
export interface Simulation {
  readonly statements: readonly SimulatedStatement[];
  readonly ticks?: number;
  /** Factor of the load on the times, by tick; negative ticks are before. */
  readonly load?: (tick: number) => number;
  /** Deviation of each statement's own drift, and how much of it lasts from tick to tick. */
  readonly drift?: { readonly deviation: number; readonly persistence: number };
  readonly seed: number;
}

/** A source of numbers that look random and are the same for the same seed. */
export interface Noise {
  uniform(): number;
  normal(): number;
  poisson(mean: number): number;
}

/** mulberry32, with the usual transforms. */
export function createNoise(seed: number): Noise {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number): number => {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let count = -1;
    for (let left = Math.exp(mean); left > 1 || count < 0; left *= uniform()) count += 1;
    return count;
  };
  return { uniform, normal, poisson };
}

/** Simulates a server around an action and asks for its verdict at the end of the time to verify. */
export function simulate(simulation: Simulation, changes: Partial<VerdictQuestion> = {}): VerdictQuestion {
  const noise = createNoise(simulation.seed);
  return {
    promise: 'no-harm',
    statements: simulation.statements.map((statement, index) =>
      ticksOf(statement, index, { simulation, noise }),
    ),
    tickMs: TICK_MS,
    begunAt: new Date(APPLIED_AT),
    appliedAt: new Date(APPLIED_AT),
    now: new Date(APPLIED_AT + LIMITS.verifyMs),
    limits: LIMITS,
    ...changes,
  };
}

/** As many statements of a kind. */
export function many(count: number, statement: SimulatedStatement): readonly SimulatedStatement[] {
  return Array.from({ length: count }, () => statement);
}

function ticksOf(
  statement: SimulatedStatement,
  index: number,
  { simulation, noise }: { readonly simulation: Simulation; readonly noise: Noise },
): StatementTicks {
  const { role, meanMs = 5, sigma = 0.5, callsPerTick = 10, blocksPerCall = 20, sensitivity = 1 } = statement;
  const { ticks: count = 60, load = () => 1, drift = { deviation: 0, persistence: 0 } } = simulation;
  let wander = noise.normal() * drift.deviation;
  const ticks = Array.from({ length: 2 * count }, (_, place) => {
    const tick = place - count;
    wander =
      drift.persistence * wander + Math.sqrt(1 - drift.persistence ** 2) * drift.deviation * noise.normal();
    const isAfter = tick >= 0;
    const level =
      Math.log(meanMs * (isAfter ? (statement.effect ?? 1) : 1)) +
      sensitivity * Math.log(load(tick)) +
      wander;
    const calls = noise.poisson(isAfter ? (statement.callsPerTickAfter ?? callsPerTick) : callsPerTick);
    let totalMs = 0;
    let squaresMs2 = 0;
    for (let call = 0; call < calls; call += 1) {
      const ms = Math.exp(level + sigma * noise.normal() - sigma ** 2 / 2);
      totalMs += ms;
      squaresMs2 += ms ** 2;
    }
    const blocks = calls * blocksPerCall * (isAfter ? (statement.blocksEffect ?? 1) : 1);
    return {
      at: new Date(APPLIED_AT + (tick + 1) * TICK_MS),
      calls,
      totalMs,
      squaresMs2,
      sharedBlocksHit: blocks * 0.9,
      sharedBlocksRead: blocks * 0.1,
      tempBlocksRead: 0,
      tempBlocksWritten: 0,
      walBytes: 0,
    };
  }).filter(({ calls }) => calls > 0);
  return { fingerprint: `s${String(index).padStart(3, '0')}`, role, ticks };
}
