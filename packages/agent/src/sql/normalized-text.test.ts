import { expect, it } from 'vitest';
import { repairNormalized } from './normalized-text.ts';

it.each([
  ['select now() - interval $1', 'select now() - $1::interval'],
  [
    'where at >= DATE $2 and at < timestamp with time zone $3',
    'where at >= $2::DATE and at < $3::timestamp with time zone',
  ],
  ['select interval $1 day', 'select $1::interval day'],
  [
    'select "interval $1", \'interval $1\' /* date $1 */ -- date $2',
    'select "interval $1", \'interval $1\' /* date $1 */ -- date $2',
  ],
  ['select update_date, $1', 'select update_date, $1'],
  ['select $1::interval', 'select $1::interval'],
])('%s', (text, repaired) => {
  expect(repairNormalized(text)).toBe(repaired);
});
