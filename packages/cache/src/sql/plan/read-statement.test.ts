import { describe, expect, it } from 'vitest';
import { isMovingMoment } from './read-statement.ts';

describe('a text', () => {
  it.each([
    'now',
    ' NOW ',
    'today',
    'yesterday 10:00',
    '10:00 tomorrow',
    'today 10:00 Europe/Berlin',
    'now utc',
  ])('moves with the clock: "%s"', (text) => expect(isMovingMoment(text)).toBe(true));

  it.each(['2026-01-01', 'known', 'what is new today', 'today we sell bread', 'epoch', ''])(
    'stays what it is: "%s"',
    (text) => expect(isMovingMoment(text)).toBe(false),
  );
});
