import { expect, it } from 'vitest';
import { redactLiterals } from './redact-literals.ts';

it.each([
  ["select * from t where a = 'anna@x.org' and b = 42", 'select * from t where a = ? and b = ?'],
  ["select 'it''s' || e'a\\'b' || U&'x' || b'01'", 'select ? || ? || ? || ?'],
  ['select $$body$$, $x$ a $$ b $x$, $1', 'select ?, ?, $1'],
  ['select "o\'brien 7", t1.c2 from t1', 'select "o\'brien 7", t1.c2 from t1'],
  ["select 'cut o", 'select ?'],
  ['select 1 -- secret\n+ 2 /* and another */', 'select ? \n+ ? '],
  ["(status = 'open'::text) AND (price > 1.5e3)", '(status = ?::text) AND (price > ?)'],
  ["select date'2020-01-01'", 'select date?'],
  ["delete from t where name = 'a", 'delete from t where name = ?'],
])('takes the values out of %s', (text, redacted) => {
  expect(redactLiterals(text)).toBe(redacted);
});
