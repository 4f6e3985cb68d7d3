import { type Message, type Part, Role } from '@a2a-js/sdk';
import { expect, it } from 'vitest';
import { readRequest } from './read-request.ts';

const TARGETS = ['shop', 'shop-archive', '127.0.0.1/shop'];

function messageOf(content: NonNullable<Part['content']>): Message {
  const parts = [{ content, metadata: undefined, filename: '', mediaType: '' }];
  const ids = { messageId: '1', contextId: '', taskId: '', role: Role.ROLE_USER };
  return { ...ids, parts, metadata: undefined, extensions: [], referenceTaskIds: [] };
}

const ofWords = (value: string) => {
  const { skill, given } = readRequest(messageOf({ $case: 'text', value }), TARGETS);
  return { skill: skill.id, ...given };
};

it('finds the skill, the target and the playbook in words', () => {
  expect(ofWords('Please audit shop-archive.')).toMatchObject({ skill: 'audit', target: 'shop-archive' });
  expect(ofWords('AUDIT "127.0.0.1/shop", a fresh one')).toMatchObject({
    target: '127.0.0.1/shop',
    fresh: true,
  });
  expect(ofWords('Weekly report for shop')).toMatchObject({ skill: 'weekly-report', target: 'shop' });
  expect(ofWords('diagnose: is there a lock pile-up?')).toMatchObject({ playbook: 'lock-pile-up' });
});

it('takes no part of a word for a name', () => {
  expect(ofWords('audit the workshop')).not.toHaveProperty('target');
  expect(() => ofWords('the auditor proposed a diagnosis')).toThrow('names no skill');
});

it('reads JSON in a text as it reads a data part', () => {
  const value = { skill: 'diagnose', target: 'shop', playbook: 'disk-filling' };
  expect(ofWords(JSON.stringify(value))).toMatchObject(value);
  const { skill, given } = readRequest(messageOf({ $case: 'data', value }), TARGETS);
  expect({ skill: skill.id, ...given }).toEqual(ofWords(JSON.stringify(value)));
});
