import { castOf, textConstant } from '../../query/values.ts';

/** An interval without months. */
export interface PlainInterval {
  readonly days: number;
  readonly seconds: number;
  readonly hasDays: boolean;
}

const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3_600 };
const DAYS: Readonly<Record<string, number>> = { day: 1, week: 7 };

/** Reads `interval '7 days'`, `'36 hours'`; null for months, fractions and other forms. */
export function readInterval(value: unknown): PlainInterval | null {
  const given = castOf(value);
  const text = given?.typeName === 'interval' ? textConstant(given.value) : null;
  if (text === null || !/^\s*(\d{1,6}\s+[a-z]+\s*)+$/i.test(text)) return null;
  let days = 0;
  let seconds = 0;
  for (const [, count, word = ''] of text.matchAll(/(\d+)\s+([a-z]+)/gi)) {
    const unit = word.toLowerCase().replace(/s$/, '');
    const [inDays, inSeconds] = [DAYS[unit], SECONDS[unit]];
    if (inDays === undefined && inSeconds === undefined) return null;
    days += Number(count) * (inDays ?? 0);
    seconds += Number(count) * (inSeconds ?? 0);
  }
  return { days, seconds, hasDays: days > 0 };
}
