import type { Message } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import { PLAYBOOKS } from '../mcp/index.ts';
import { type Skill, skills } from './skills.ts';

/** What a message asks for. */
export interface SkillRequest {
  readonly skill: Skill;
  /** Arguments as the skill's tool takes them. */
  readonly given: Readonly<Record<string, unknown>>;
}

type Arguments = Readonly<Record<string, unknown>>;

const HOW = `Ask for one skill of ${skills.map(({ id }) => id).join(', ')}: as a data part {"skill": "audit", "target": "NAME"}, or in words that name it`;

/**
 * Reads what a message asks for: from its data part (or text that is JSON) with the skill's name and arguments, or from words
 * that name one skill and perhaps a target, a playbook, or that the audit be fresh. No model guesses.
 * @param targets names that words may mention
 * @throws RequestMalformedError that names the skills
 */
export function readRequest(message: Message | undefined, targets: readonly string[]): SkillRequest {
  const { skill: id, ...rest } = argumentsOf(message, targets);
  const skill = skills.find((one) => one.id === id);
  if (skill === undefined) throw unreadable(`no skill is called ${String(JSON.stringify(id)).slice(0, 100)}`);
  const parsed = skill.tool.input.safeParse(rest);
  if (parsed.success) return { skill, given: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw unreadable(
    `${skill.id}: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'invalid arguments'}`,
  );
}

function argumentsOf(message: Message | undefined, targets: readonly string[]): Arguments {
  const contents = (message?.parts ?? []).map(({ content }) => content);
  const data = contents.find((content) => content?.$case === 'data')?.value;
  if (data !== undefined) {
    if (isObject(data)) return data;
    throw unreadable('the data part is no object');
  }
  const text = contents.map((content) => (content?.$case === 'text' ? content.value : '')).join('\n');
  return jsonOf(text) ?? ofWords(text.slice(0, LONGEST_WORDS), targets);
}

/** Words that ask for a skill are few; what is longer is not searched. */
const LONGEST_WORDS = 10_000;

function jsonOf(text: string): Arguments | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    return JSON.parse(text) as Arguments;
  } catch {
    throw unreadable('the text begins like JSON and is none');
  }
}

function ofWords(text: string, targets: readonly string[]): Arguments {
  const words = ` ${text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')} `;
  const has = (name: string): boolean => words.includes(` ${name.replaceAll('-', ' ')} `);
  const [skill, another] = skills.filter(({ id }) => has(id));
  if (skill === undefined) throw unreadable('the message names no skill');
  if (another !== undefined) throw unreadable(`the message names ${skill.id} and ${another.id}`);
  const spoken = new Set(text.split(/[\s,;"'`()]+/).map((word) => word.replace(/[.:?!]+$/, '')));
  const target = targets.find((name) => spoken.has(name));
  const playbook = PLAYBOOKS.find(({ name }) => has(name));
  return {
    skill: skill.id,
    ...(target === undefined ? {} : { target }),
    ...(skill.id === 'audit' && has('fresh') ? { fresh: true } : {}),
    ...(skill.id === 'diagnose' && playbook !== undefined ? { playbook: playbook.name } : {}),
  };
}

function isObject(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(reason: string): RequestMalformedError {
  return new RequestMalformedError(`${reason}. ${HOW}`);
}
