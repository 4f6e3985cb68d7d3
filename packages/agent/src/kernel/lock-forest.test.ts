import { describe, expect, it } from 'vitest';
import { plantLockForest } from './lock-forest.ts';

const session = (pid: number, ...blockedBy: readonly number[]) => ({ pid, blockedBy });
const depths = (sessions: readonly ReturnType<typeof session>[]) =>
  plantLockForest(sessions).map(({ rootPid, waiters }) => [
    rootPid,
    waiters.map(({ session: { pid }, depth }) => [pid, depth]),
  ]);

describe('a lock forest', () => {
  it('shows each session of a queue once, behind the one before it, in whatever order they are read', () => {
    const queue = [session(1), session(2, 1), session(3, 1, 2), session(4, 1, 2, 3)];
    const expected = [
      [
        1,
        [
          [2, 1],
          [3, 2],
          [4, 3],
        ],
      ],
    ];
    expect(depths(queue)).toEqual(expected);
    expect(depths(queue.toReversed())).toEqual(expected);
  });

  it('is as large as the crowd, however long the queue', () => {
    const crowd = Array.from({ length: 200 }, (_, index) =>
      session(index + 1, ...Array.from({ length: index }, (__, before) => before + 1)),
    );
    expect(plantLockForest(crowd)[0]?.waiters).toHaveLength(199);
  });

  it('begins anywhere in a circle, and knows roots that are no sessions', () => {
    expect(depths([session(1, 2), session(2, 1)])).toEqual([[1, [[2, 1]]]]);
    expect(depths([session(5, 0)])).toEqual([[0, [[5, 1]]]]);
  });
});
