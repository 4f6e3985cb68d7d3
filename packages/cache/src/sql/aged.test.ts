import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createAged } from './aged.ts';

describe('something that ages', () => {
  it('is read once for all who ask, and again in the background when it is old', async () => {
    let count = 0;
    const read = vi.fn(async () => {
      count += 1;
      return count;
    });
    const aged = createAged(read, 20);
    expect(aged.current()).toBeNull();
    expect(await Promise.all([aged.get(), aged.get()])).toEqual([1, 1]);
    await sleep(30);
    expect(aged.current()).toBe(1);
    await vi.waitFor(() => expect(aged.current()).toBeGreaterThan(1));
  });

  it('stays what it was where it cannot be read again, and is asked for once in its age', async () => {
    const read = vi.fn(async () => 'first');
    const aged = createAged(read, 100);
    await aged.get();
    read.mockRejectedValue(new Error('away'));
    await sleep(110);
    for (let ask = 0; ask < 10; ask += 1) expect(await aged.get()).toBe('first');
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('is asked for anew where it could not be read at first', async () => {
    const read = vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue('there');
    const aged = createAged(read, 1_000);
    await expect(aged.get()).rejects.toThrow('away');
    expect(await aged.get()).toBe('there');
  });
});
