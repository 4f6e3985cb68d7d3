import { expect, it } from 'vitest';
import { assertNever, defineErrors, failure, InternalError, PgstewardError } from './failure.ts';
import { groupBy } from './group.ts';
import { failed, success, unwrap } from './result.ts';

const ERRORS = defineErrors('TEST', {
  BROKEN: {
    message: 'broken "{name}"',
    why: 'because of {name}',
    next: ['mend {name} {other}'],
    exitCode: 2,
  },
});

it('fills every text of an error row and keeps its cause', () => {
  const cause = new Error('lower');
  const error = failure(ERRORS.BROKEN, { name: 'it' }, cause);
  expect(error).toBeInstanceOf(PgstewardError);
  expect(error).toMatchObject({
    code: 'TEST.BROKEN',
    message: 'broken "it"',
    why: 'because of it',
    next: ['mend it {other}'],
    exitCode: 2,
    cause,
  });
});

it('takes a value for text, whatever stands in it, and no inherited property for a value', () => {
  expect(failure(ERRORS.BROKEN, { name: '$& {other} $1' }).message).toBe('broken "$& {other} $1"');
  const row = defineErrors('TEST', { A: { message: '{constructor}', why: '', next: [], exitCode: 1 } });
  expect(failure(row.A).message).toBe('{constructor}');
});

it('calls what cannot be a bug', () => {
  expect(() => assertNever('x' as never)).toThrow(InternalError);
});

it('unwraps success, and throws the very error of a failure', () => {
  const error = failure(ERRORS.BROKEN, { name: 'it' });
  expect(unwrap(success(1))).toBe(1);
  expect(() => unwrap(failed(error))).toThrow(error);
});

it('groups by key in order', () => {
  const groups = groupBy([3, 1, 4, 1, 5], (n) => n % 2 === 0);
  expect([...groups]).toEqual([
    [false, [3, 1, 1, 5]],
    [true, [4]],
  ]);
  expect(groupBy([], String).size).toBe(0);
});
