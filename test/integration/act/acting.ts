import { randomUUID } from 'node:crypto';
import {
  type Action,
  type AdvanceOptions,
  admit,
  advance,
  approve,
  type Draft,
  type Journal,
  type Judgement,
  type LedgerEntry,
  propose,
} from '../../../packages/agent/src/act/index.ts';
import { settingDefinitions } from '../../../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { openActingSession, openSession, parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { resolveSettings, type Settings } from '../../../packages/agent/src/settings/index.ts';
import { loadParser } from '../../../packages/agent/src/sql/index.ts';

/** A journal that lives as long as the test: what an agent that died had written stays. */
export interface MemoryJournal extends Journal {
  readonly entries: readonly LedgerEntry[];
}

/** Opens a journal in memory. */
export function memoryJournal(): MemoryJournal {
  const actions = new Map<string, Action>();
  const entries: LedgerEntry[] = [];
  return {
    entries,
    find: async (id) => actions.get(id) ?? null,
    list: async (target, states) =>
      [...actions.values()].filter((one) => one.target === target && states.includes(one.state)),
    async record(action, entry) {
      if ((actions.get(action.id)?.state ?? null) !== entry.from) return false;
      actions.set(action.id, action);
      entries.push(entry);
      return true;
    },
  };
}

/** What a test acts with. */
export interface Acting {
  readonly journal: MemoryJournal;
  readonly options: AdvanceOptions;
  /** Admits, proposes and approves. */
  approved(statements: readonly string[], by?: string): Promise<Action>;
  /** As if an agent had died right after it wrote down that it begins. */
  begun(statements: readonly string[]): Promise<Action>;
  /** Carries an action on by one step. */
  advance(action: Action): Promise<Action>;
}

/** A draft of statements, without what an advisor would say of them. */
export function draftOf(statements: readonly string[]): Draft {
  return {
    title: statements[0] ?? '',
    do: statements,
    undo: [],
    effect: { metric: 'meanMs', before: null, after: null, unit: 'ms', method: 'none' },
    risk: { level: 'low', why: 'a test' },
    findings: [],
  };
}

/** Settings as the test gives them. */
export function actSettings(values: Readonly<Record<string, unknown>> = {}): Settings {
  const flags = Object.entries(values).map(
    ([key, value]) => [key, { option: `--set ${key}`, value }] as const,
  );
  return unwrap(resolveSettings(settingDefinitions, { flags: new Map(flags) }));
}

/** Prepares to act on a database. */
export async function actingOn(
  url: string,
  own: {
    readonly journal?: MemoryJournal;
    /** One of its own for each action when left out. */
    readonly target?: string;
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly tryOut?: AdvanceOptions['tryOut'];
    readonly judge?: (action: Action) => Judgement;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Acting> {
  await loadParser();
  const target = unwrap(parseTarget(url, {}));
  const { journal = memoryJournal(), signal = new AbortController().signal } = own;
  const settings = actSettings(own.settings);
  const sessionOptions = { connectTimeoutMs: 5_000, lockTimeoutMs: 200 };
  const options: AdvanceOptions = {
    journal,
    settings,
    clock: systemClock,
    open: async () => ({
      acting: await openActingSession(target, sessionOptions),
      reader: await openSession(target, sessionOptions),
    }),
    tryOut: own.tryOut ?? (async () => null),
    judge: async (action) =>
      own.judge?.(action) ?? { outcome: 'kept', text: 'as the test says', verdict: null },
    onProgress: silentProgress,
    signal,
  };
  const approved = async (statements: readonly string[], by = 'anna'): Promise<Action> => {
    const admission = {
      target: own.target ?? `t-${randomUUID()}`,
      proposedBy: 'test',
      now: new Date(),
      settings,
    };
    const action = unwrap(admit(draftOf(statements), admission));
    await propose(journal, action, new Date());
    return unwrap(await approve(journal, action.id, { actor: by, now: new Date(), settings }));
  };
  return {
    journal,
    options,
    approved,
    async begun(statements) {
      const action = await approved(statements);
      // The first statement that it would send finds the agent gone.
      const gone = new AbortController();
      const dying: Journal = {
        ...journal,
        async record(moved, entry) {
          const isRecorded = await journal.record(moved, entry);
          if (entry.to === 'applying') gone.abort();
          return isRecorded;
        },
      };
      await advance(action, { ...options, journal: dying, signal: gone.signal }).catch(() => undefined);
      const applying = await journal.find(action.id);
      if (applying?.state !== 'applying') throw new Error(`it is ${applying?.state}: ${applying?.note}`);
      return applying;
    },
    advance: (action) => advance(action, options),
  };
}
