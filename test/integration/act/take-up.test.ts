import { expect, it } from 'vitest';
import { admit, approve, propose } from '../../../packages/agent/src/act/index.ts';
import { takeUp } from '../../../packages/agent/src/app/act/propose.ts';
import { systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import type { AuditReport } from '../../../packages/agent/src/report/index.ts';
import { loadParser } from '../../../packages/agent/src/sql/index.ts';
import { actSettings, draftOf, memoryJournal } from './acting.ts';

it('approves what waits already once the policy becomes autopilot', async () => {
  await loadParser();
  const journal = memoryJournal();
  const draft = draftOf(['create index concurrently t_a on public.t (a)']);
  const report = {
    proposals: [{ ...draft, id: 'create-index/t_a', kind: 'create-index' }],
  } as unknown as AuditReport;
  const options = { journal, target: 'shop', clock: systemClock };
  await takeUp(report, { ...options, settings: actSettings() });
  expect(await journal.list('shop', ['proposed'])).toHaveLength(1);
  const autopilot = actSettings({ 'act.policy.create-index': 'autopilot' });
  await takeUp(report, { ...options, settings: autopilot });
  expect(journal.entries.map(({ event, actor }) => `${event} ${actor}`)).toEqual([
    'proposed advisor',
    'approved policy',
  ]);
});

it('refuses an approval where the owner lets a kind be shown only, and names the setting', async () => {
  await loadParser();
  const journal = memoryJournal();
  const given = { target: 'shop', proposedBy: 'advisor', now: new Date(), settings: actSettings() };
  const action = unwrap(admit(draftOf(['create index concurrently t_a on public.t (a)']), given));
  await propose(journal, action, new Date());
  const told = [
    ['act.policy.create-index', 'propose', 'approve'],
    ['act.policy.default', 'propose', null],
    ['act.policy.default', 'observe', null],
  ] as const;
  for (const [key, level, ofDefault] of told) {
    const settings = actSettings({
      [key]: level,
      ...(ofDefault === null ? {} : { 'act.policy.default': ofDefault }),
    });
    const refused = await approve(journal, action.id, { actor: 'anna', now: new Date(), settings });
    expect(refused).toMatchObject({ ok: false, error: { code: 'ACT.REFUSED_BY_POLICY' } });
    expect(refused.ok ? '' : refused.error.why).toBe(`${key} is ${level}.`);
  }
  expect((await journal.find(action.id))?.state).toBe('proposed');
});
