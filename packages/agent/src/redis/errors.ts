import { defineErrors, type ErrorDefinition } from '../kernel/index.ts';

type Code = 'INVALID_URL' | 'UNREACHABLE' | 'REFUSED' | 'UNEXPECTED_ANSWER';

/** Errors of looking at Redis. */
export const REDIS_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('REDIS', {
  INVALID_URL: {
    message: 'the URL of the Redis is not usable',
    why: 'It must begin with redis:// or rediss:// and name a host; percent-encode what a password holds beside letters and digits.',
    next: ['set cache.redis-url, such as redis://pgsteward:secret@cache.example.com:6379'],
    exitCode: 2,
  },
  UNREACHABLE: {
    message: 'Redis at {address} does not answer',
    why: '{reason}.',
    next: ['check that it runs, and that this machine may reach it'],
    exitCode: 2,
  },
  REFUSED: {
    message: 'Redis at {address} refuses',
    why: '{reason}.',
    next: [
      'check user and password in cache.redis-url',
      'give the user the right: ACL SETUSER pgsteward on >PASSWORD +info',
    ],
    exitCode: 2,
  },
  UNEXPECTED_ANSWER: {
    message: 'what answers at {address} is no Redis that pgsteward can read',
    why: 'Its INFO has no {field}.',
    next: ['point cache.redis-url at a Redis 5 or newer, or a Valkey'],
    exitCode: 2,
  },
});
