import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertWith, second } from './fixtures.ts';
import { decodeMemory, encodeMemory } from './memory.ts';
import type { AlertMemory, AlertState, Coverage, GroupState } from './types.ts';

const text = fc.string({ unit: 'binary' });
const time = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
const timeOrNull = fc.option(time, { nil: null });
const labels = fc.dictionary(fc.stringMatching(/^[a-z][a-z_]{0,9}$/), text, { noNullPrototype: true });
const value = fc.double({ noNaN: true }).map((number) => (number === 0 ? 0 : number));

const alert: fc.Arbitrary<AlertState> = fc.record({
  fingerprint: text,
  rule: text,
  target: text,
  labels,
  status: fc.constantFrom('pending', 'firing', 'resolved', 'no-data'),
  sinceAt: time,
  startsAt: time,
  firedAt: timeOrNull,
  endsAt: timeOrNull,
  clearAt: timeOrNull,
  value,
  annotations: labels,
});
const coverage: fc.Arbitrary<Coverage> = fc.record({
  rule: text,
  target: text,
  readAt: time,
  isBlind: fc.boolean(),
});
const group: fc.Arbitrary<GroupState> = fc.record({
  key: text,
  route: text,
  labels,
  flushAt: time,
  notifiedAt: timeOrNull,
  firing: fc.array(text),
});
const memories: fc.Arbitrary<AlertMemory> = fc.record({
  alerts: fc.array(alert, { maxLength: 3 }),
  coverage: fc.array(coverage, { maxLength: 3 }),
  groups: fc.array(group, { maxLength: 3 }),
});

describe('the memory of alerts', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(memories, (memory) => {
        expect(decodeMemory(encodeMemory(memory))).toEqual({ ok: true, value: memory });
      }),
    );
  });

  it('keeps a value that has no end', () => {
    const alerts = [alertWith({}, { value: Number.POSITIVE_INFINITY })];
    const decoded = decodeMemory(encodeMemory({ alerts, coverage: [], groups: [] }));
    expect(decoded).toMatchObject({ value: { alerts: [{ value: Number.POSITIVE_INFINITY }] } });
  });

  const whole = encodeMemory({ alerts: [alertWith({})], coverage: [], groups: [] });
  it.each([
    ['no JSON', '{', 'its beginning'],
    ['another version', whole.replace('"version":1', '"version":2'), 'version'],
    ['a time that is none', whole.replaceAll(second(0).toISOString(), 'yesterday'), 'alerts.0.sinceAt'],
    ['a number as text', whole.replace('0.97', '"0.97"'), 'alerts.0.value'],
  ])('is refused with the place: %s', (_, given, place) => {
    const decoded = decodeMemory(given);
    expect(decoded.ok ? null : decoded.error).toMatchObject({
      code: 'ALERT.MEMORY_INVALID',
      why: expect.stringContaining(place),
    });
  });
});
