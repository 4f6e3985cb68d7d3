import { defineErrors, type ErrorDefinition } from '../kernel/index.ts';

type Code = 'FILE_UNREADABLE' | 'FILE_WRONG' | 'FILE_TOO_NEW' | 'FILE_UNWRITABLE';

/** Errors of what-if planning. */
export const WHATIF_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('WHATIF', {
  FILE_UNREADABLE: {
    message: 'cannot read "{file}"',
    why: '{reason}.',
    next: ['check the path and its permissions'],
    exitCode: 2,
  },
  FILE_WRONG: {
    message: '"{file}" is no file of statistics',
    why: '{reason}.',
    next: ['write one with `pgsteward stats export --output FILE`'],
    exitCode: 2,
  },
  FILE_TOO_NEW: {
    message: '"{file}" was written by a newer pgsteward',
    why: 'It says {found}; this pgsteward reads {known}.',
    next: ['update pgsteward here', 'or export again with this version'],
    exitCode: 2,
  },
  FILE_UNWRITABLE: {
    message: 'cannot write "{file}"',
    why: '{reason}.',
    next: ['check the path given with --output, its permissions, and the space left on the disk'],
    exitCode: 2,
  },
});
