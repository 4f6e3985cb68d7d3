/** Units of date_trunc that are read, with the interval to the next. */
export const UNITS = {
  minute: '1 minute',
  hour: '1 hour',
  day: '1 day',
  week: '1 week',
  month: '1 month',
  quarter: '3 months',
  year: '1 year',
} as const;

export type Unit = keyof typeof UNITS;

const MONTHS: Readonly<Partial<Record<Unit, number>>> = { month: 1, quarter: 3, year: 12 };
const DAYS: Readonly<Partial<Record<Unit, number>>> = { day: 1, week: 7 };

/** Tells whether a text is a day as ISO 8601 writes it, and one that exists; four digits leave the next year writable. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && text < '9998' && text >= '0001' && written(dateOf(text)) === text;
}

/** Tells whether a unit begins on a day. */
export function isBegin(day: string, unit: Unit): boolean {
  const date = dateOf(day);
  const months = MONTHS[unit];
  if (months !== undefined) return date.getUTCDate() === 1 && date.getUTCMonth() % months === 0;
  return unit !== 'week' || date.getUTCDay() === 1;
}

/** Gives the day on which the next unit begins; of units below a day the same day with the time. */
export function addUnits(day: string, unit: Unit): string {
  const date = dateOf(day);
  if (unit === 'hour') return `${day} 01:00`;
  if (unit === 'minute') return `${day} 00:01`;
  date.setUTCMonth(date.getUTCMonth() + (MONTHS[unit] ?? 0));
  date.setUTCDate(date.getUTCDate() + (DAYS[unit] ?? 0));
  return written(date);
}

function dateOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

function written(date: Date): string {
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}
