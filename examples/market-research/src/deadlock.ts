import { withSession } from './session.ts';
import { sqlState } from './statements.ts';

const deadlockDetected = '40P01';

/** Lets two sessions wait for each other once, so that the database's count of deadlocks is not zero. */
export async function plantDeadlock(url: string): Promise<void> {
  const lock = 'update stock_levels set quantity = quantity where item_id = $1';
  const settings = { deadlock_timeout: '50ms' };
  await withSession(url, settings, (first) =>
    withSession(url, settings, async (second) => {
      await Promise.all([first.query('begin'), second.query('begin')]);
      await Promise.all([first.query(lock, [1]), second.query(lock, [2])]);
      const outcomes = await Promise.allSettled([first.query(lock, [2]), second.query(lock, [1])]);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected' && sqlState(outcome.reason) !== deadlockDetected)
          throw outcome.reason;
      }
    }),
  );
}
