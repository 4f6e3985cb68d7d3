import { endSessionSql } from '../../../sql/index.ts';
import type { Advisor } from '../../types.ts';

/** Ends what holds up a chain of sessions for longer than its owner lets it: the statement of its root, or the root. */
export const endSession: Advisor = {
  id: 'advise/end-session',
  remedies: ['diagnose/blocking-chain'],
  advise: ({ severity, subject, evidence }, { sections: { activity } }) => {
    if (severity !== 'critical' || subject.kind !== 'session' || activity.status !== 'ok') return null;
    const root = activity.data.find(({ pid }) => String(pid) === subject.name);
    const { blockedCount, longestWaitMs, isCircular } = evidence;
    if (root === undefined || root.connectedAt === null || root.backendType !== 'client backend') return null;
    if (root.isOwn || isCircular === true) return null;
    const { pid, connectedAt } = root;
    const signal = root.state === 'active' ? 'cancel' : 'terminate';
    return {
      id: `end-session/${pid}`,
      kind: 'end-session',
      title:
        signal === 'cancel'
          ? `Cancel the statement of process ${pid}, which holds up ${String(blockedCount)} others`
          : `End the session of process ${pid}, which holds up ${String(blockedCount)} others`,
      do: [`${endSessionSql({ signal, pid, connectedAt })};`],
      undo: [],
      effect: {
        metric: 'longestWaitMs',
        before: typeof longestWaitMs === 'number' ? longestWaitMs : null,
        after: 0,
        unit: 'ms',
        method: 'by definition: those who wait go on with the lock that it held',
      },
      risk: {
        level: 'high',
        why: 'what its transaction did is rolled back, and its application has to do it again',
      },
    };
  },
};
