import {
  type Catalogue,
  countKeys,
  type StatementKeys,
  statementKeys,
  whyUnrepeatable,
} from '../../diagnose/index.ts';
import { displayName, formatDuration, formatRatio } from '../../kernel/index.ts';
import { contains, type ParsedStatement, parseStatement, parseTree } from '../../sql/index.ts';
import { betterThanCaching, insteadOfCaching, type OtherRemedies } from './better.ts';
import type { Changes, ChangesOf } from './changes.ts';
import {
  describeReads,
  describeStaleness,
  describeUnrepeatable,
  formatRate,
  listAssumptions,
} from './describe.ts';
import { keyBounds } from './key-bounds.ts';
import { chooseLifetime, type Lifetime, type LifetimeInputs } from './lifetime.ts';
import type { ResultBytes } from './result-bytes.ts';
import type { CachingValues } from './settings.ts';
import { cacheSnippet } from './snippet.ts';
import type {
  CacheAlternative,
  CacheCandidate,
  CachedStatement,
  CacheRefusal,
  JudgedStatement,
} from './types.ts';

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/** What became of one statement. */
export type Judgement =
  | { readonly kind: 'candidate'; readonly candidate: CacheCandidate }
  | { readonly kind: 'alternative'; readonly alternative: CacheAlternative }
  | { readonly kind: 'refusal'; readonly refusal: CacheRefusal };

/** What statements are judged with. */
export interface JudgeContext {
  readonly catalogue: Catalogue;
  readonly changesOf: ChangesOf;
  readonly resultBytes: ResultBytes;
  readonly others: OtherRemedies;
  readonly observedMs: number;
  /** Execution time of all statements. */
  readonly totalMs: number;
  readonly values: CachingValues;
}

/** Why a statement is refused, before its reasons are put together. */
type Refused = Pick<CacheRefusal, 'reason' | 'why'>;

/** Decides whether a statement is cached, and how, or what serves it better. */
export function judgeStatement(statement: CachedStatement, context: JudgeContext): Judgement {
  const { values, others } = context;
  const facts = factsOf(statement, context);
  const parsed = statement.isWhole ? parseStatement(statement.sql) : null;
  const barred = parsed === null ? UNREADABLE : bar(parsed);
  if (parsed === null || barred !== null) return refuse(facts, barred ?? UNREADABLE);
  const little = whyTooLittle(facts, values);
  if (little !== null) return refuse(facts, little);
  const better = betterThanCaching(statement.id, others, values);
  if (better !== null) return { kind: 'alternative', alternative: { ...facts, ...better } };
  const tried = tryCaching({ statement, parsed, facts }, context);
  if (!('reason' in tried)) return { kind: 'candidate', candidate: tried };
  const instead = insteadOfCaching(facts, others, values);
  return instead === null
    ? refuse(facts, tried)
    : { kind: 'alternative', alternative: { ...facts, ...instead } };
}

const UNREADABLE: Refused = {
  reason: 'unreadable',
  why: 'its text is hidden, cut, or nothing that PostgreSQL can parse',
};

function factsOf(statement: CachedStatement, { observedMs, totalMs }: JudgeContext): JudgedStatement {
  const { id, sql, calls } = statement;
  return {
    id,
    sql,
    callsPerDay: (calls * DAY_MS) / observedMs,
    meanMs: statement.totalMs / calls,
    timeRatio: totalMs === 0 ? 0 : statement.totalMs / totalMs,
  };
}

function refuse(facts: JudgedStatement, refused: Refused): Judgement {
  return { kind: 'refusal', refusal: { ...facts, ...refused } };
}

function bar(parsed: ParsedStatement): Refused | null {
  const reason = whyUnrepeatable(parsed);
  return reason === null ? null : { reason: reason.kind, why: describeUnrepeatable(reason) };
}

function whyTooLittle(facts: JudgedStatement, values: CachingValues): Refused | null {
  if (facts.timeRatio < values.minimumTimeRatio) {
    const why = `it takes ${formatRatio(facts.timeRatio)} of the time of all statements`;
    return { reason: 'too-little', why };
  }
  if (facts.callsPerDay < 24 * values.minimumCallsPerHour) {
    const why = `it is called ${formatRate(facts.callsPerDay / DAY_SECONDS)}: results grow old unread`;
    return { reason: 'too-rare', why };
  }
  if (facts.meanMs > values.roundTripMs) return null;
  const why = `it takes ${formatDuration(facts.meanMs)}, a look into the cache ${formatDuration(values.roundTripMs)}`;
  return { reason: 'too-cheap', why };
}

interface Tried {
  readonly statement: CachedStatement;
  readonly parsed: ParsedStatement;
  readonly facts: JudgedStatement;
}

/** Finds the best way to cache a statement, or why there is none. */
function tryCaching(tried: Tried, context: JudgeContext): CacheCandidate | Refused {
  const { parsed, facts } = tried;
  const { catalogue, values } = context;
  const changes = context.changesOf(parsed);
  if (changes === null) {
    return { reason: 'unknown-relation', why: 'it reads a view, a foreign or a system table' };
  }
  const keys = statementKeys(parsed, catalogue);
  const bounds = keyBounds(keys, values);
  if (bounds === null) {
    const why = 'how many different results it has, no statistics tell: measure it with cache.stats()';
    return { reason: 'unknown-keys', why };
  }
  const readsPerSecond = facts.callsPerDay / DAY_SECONDS;
  const inputs = {
    keys: bounds,
    readsPerSecond,
    changes,
    isRelativeToNow: isRelativeToNow(facts.sql, parsed),
  };
  const lifetime = chooseLifetime(inputs, values);
  if (lifetime.hitRatio < values.minimumHitRatio) return whySeldomHit(lifetime, changes);
  return candidate(tried, { inputs, lifetime, keys, keysCount: countKeys(bounds.best) }, context);
}

function whySeldomHit({ hitRatio, invalidation }: Lifetime, { tablesPerSecond }: Changes): Refused {
  const found = `about ${formatRatio(hitRatio)} of its reads would find a result`;
  return invalidation === 'time' || tablesPerSecond === 0
    ? { reason: 'too-many-keys', why: `${found}: it has too many different ones` }
    : { reason: 'changes-too-often', why: `${found}: its tables change ${formatRate(tablesPerSecond)}` };
}

/** Functions of the current time that do not change within a transaction. */
const CLOCKS: ReadonlySet<string> = new Set(['now', 'transaction_timestamp', 'statement_timestamp']);

/** Whether an answer changes though no table does: it asks for the time, or for `current_date` and its kin. */
function isRelativeToNow(sql: string, { functions }: ParsedStatement): boolean {
  return functions.some((name) => CLOCKS.has(name)) || contains(parseTree(sql), 'SQLValueFunction');
}

interface Chosen {
  readonly inputs: LifetimeInputs;
  readonly lifetime: Lifetime;
  readonly keys: StatementKeys;
  readonly keysCount: number;
}

function candidate(
  { statement, parsed, facts }: Tried,
  { inputs, lifetime, keys, keysCount }: Chosen,
  { resultBytes, values }: JudgeContext,
): CacheCandidate {
  const { hitRatio, ttlMs, invalidation } = lifetime;
  const readsPerSecond = facts.callsPerDay / DAY_SECONDS;
  // Each miss makes an entry, which stays until its time is over, also when a change has made it worthless.
  const entriesCount = Math.max(1, Math.round((1 - hitRatio) * readsPerSecond * (ttlMs / 1_000)));
  const cpuMs = Math.max(0, statement.totalMs - statement.blockReadMs) / statement.calls;
  return {
    ...facts,
    ...lifetime,
    tables: parsed.reads.map(({ schema, name }) => displayName(schema ?? 'public', name)),
    isConditional: lifetime.lowHitRatio < values.minimumHitRatio,
    keysCount,
    entriesCount,
    sizeBytes: Math.round(entriesCount * (resultBytes(statement) + values.entryOverheadBytes)),
    savedMsPerDay: facts.callsPerDay * hitRatio * facts.meanMs,
    savedCpuMsPerDay: facts.callsPerDay * hitRatio * cpuMs,
    savedRatio: facts.timeRatio * hitRatio,
    why: describeReads(lifetime, { keysCount, readsPerSecond }),
    staleness: describeStaleness(lifetime, inputs),
    assumptions: listAssumptions(keys, values),
    snippet: cacheSnippet({
      sql: statement.sql,
      table: parsed.reads[0]?.name ?? 'rows',
      invalidation,
      ttlMs,
    }),
  };
}
