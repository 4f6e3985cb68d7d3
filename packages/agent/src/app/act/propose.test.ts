import { beforeAll, describe, expect, it } from 'vitest';
import { memoryJournal } from '../../../../../test/integration/act/acting.ts';
import { type Action, type ActionState, standingOf } from '../../act/index.ts';
import { systemClock, unwrap } from '../../kernel/index.ts';
import type { AuditReport } from '../../report/index.ts';
import { resolveSettings } from '../../settings/index.ts';
import { loadParser } from '../../sql/index.ts';
import { settingDefinitions } from '../registries.ts';
import { takeUp } from './propose.ts';

const CREATE = 'create index concurrently t_a on public.t (a)';
const DROP = 'drop index concurrently public.t_a';

const proposal = (sql: string, level: 'low' | 'medium' | 'high' = 'low') => ({
  id: sql,
  kind: 'create-index',
  title: sql,
  do: [sql],
  undo: [],
  effect: { metric: 'cost', before: 2, after: 1, unit: 'cost', method: 'planned' },
  risk: { level, why: 'a test' },
  findings: [],
});

/** Takes up one assessment after the other, ending the open actions of each as it says. */
async function assess(
  journal: ReturnType<typeof memoryJournal>,
  proposals: readonly ReturnType<typeof proposal>[],
  policy = 'autopilot',
): Promise<readonly Action[]> {
  const flags = new Map([['act.policy.default', { option: '--set', value: policy }]]);
  const settings = unwrap(resolveSettings(settingDefinitions, { flags }));
  const report = { proposals } as unknown as AuditReport;
  await takeUp(report, { journal, target: 't', settings, clock: systemClock });
  return journal.list('t', ['proposed', 'approved']);
}

async function end(journal: ReturnType<typeof memoryJournal>, action: Action, state: ActionState) {
  const entry = { at: '', target: 't', action: action.id, actor: 'test', text: '', sql: [] };
  await journal.record(
    { ...action, state, changedAt: new Date() },
    { ...entry, event: 'verdict', from: action.state, to: state },
  );
}

describe('what an assessment proposes', () => {
  beforeAll(loadParser);

  it('waits for a person, or is approved where the policy is autopilot', async () => {
    expect(await assess(memoryJournal(), [proposal(CREATE)], 'approve')).toMatchObject([
      { state: 'proposed' },
    ]);
    expect(await assess(memoryJournal(), [proposal(CREATE)])).toMatchObject([
      { state: 'approved', approval: { by: 'policy' } },
    ]);
    expect(await assess(memoryJournal(), [proposal(CREATE)], 'observe')).toEqual([]);
  });

  it('waits for a person when it is riskier than autopilot may be', async () => {
    expect(await assess(memoryJournal(), [proposal(CREATE, 'high')])).toMatchObject([{ state: 'proposed' }]);
  });

  it('waits for a person when it saves next to nothing of the workload', async () => {
    const saving = (after: number) => {
      const own = proposal(CREATE);
      return { ...own, effect: { ...own.effect, metric: 'workloadCost', before: 1_000, after } };
    };
    expect(await assess(memoryJournal(), [saving(995)])).toMatchObject([{ state: 'proposed' }]);
    expect(await assess(memoryJournal(), [saving(985)])).toMatchObject([{ state: 'approved' }]);
  });

  it('is taken up once, and withdrawn when it is proposed no more', async () => {
    const journal = memoryJournal();
    await assess(journal, [proposal(CREATE)], 'approve');
    expect(await assess(journal, [proposal(CREATE)], 'approve')).toHaveLength(1);
    expect(await assess(journal, [], 'approve')).toEqual([]);
    expect((await journal.list('t', ['rejected'])).map(standingOf)).toEqual(['withdrawn']);
    expect(await assess(journal, [proposal(CREATE)], 'approve')).toHaveLength(1);
  });

  it.each(['rejected', 'reverted', 'failed'] as const)(
    'is not proposed again once it was %s',
    async (state) => {
      const journal = memoryJournal();
      const [action] = await assess(journal, [proposal(CREATE)]);
      if (action !== undefined) await end(journal, action, state);
      expect(await assess(journal, [proposal(CREATE)])).toEqual([]);
    },
  );

  it('does not drop what was just built, nor build what was just dropped', async () => {
    const journal = memoryJournal();
    const [built] = await assess(journal, [proposal(CREATE)]);
    if (built !== undefined) await end(journal, built, 'kept');
    expect(await assess(journal, [proposal(DROP)])).toEqual([]);
    const other = memoryJournal();
    const [dropped] = await assess(other, [proposal(DROP)]);
    if (dropped !== undefined) await end(other, dropped, 'kept');
    expect(await assess(other, [proposal(CREATE)])).toEqual([]);
  });
});
