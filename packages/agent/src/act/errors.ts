import { defineErrors, type ErrorDefinition } from '../kernel/index.ts';

type Code =
  | 'NO_ACTING_ROLE'
  | 'UNSUPPORTED'
  | 'REFUSED_BY_POLICY'
  | 'NOT_FOUND'
  | 'WRONG_STATE'
  | 'BUSY'
  | 'LOCKED'
  | 'TOKEN_INVALID'
  | 'WINDOW_INVALID'
  | 'NO_WINDOW'
  | 'NOT_UNDOABLE';

/** Errors of acting. */
export const ACT_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('ACT', {
  NO_ACTING_ROLE: {
    message: 'pgsteward has no role to act with on "{target}"',
    why: 'It reads with a role that cannot write, and changes things with another one that owns the tables.',
    next: [
      'make the role: `pgsteward role --acting --print-sql`',
      'name it: act-url = "postgres://…" in [target.{target}], or PGSTEWARD_TARGET_ACT_URL',
    ],
    exitCode: 2,
  },
  UNSUPPORTED: {
    message: 'cannot act on this: {statement}',
    why: '{reason}.',
    next: ['run it yourself', 'see docs/guides/act.md for what pgsteward can apply and undo'],
    exitCode: 2,
  },
  REFUSED_BY_POLICY: {
    message: 'the policy does not allow {kind} on {object}',
    why: '{reason}.',
    next: ['change act.policy or act.never-touch in the configuration file, or run the SQL yourself'],
    exitCode: 2,
  },
  NOT_FOUND: {
    message: 'there is no action "{id}"',
    why: 'Actions are named by the id that `pgsteward ledger` and `pgsteward apply` list.',
    next: ['`pgsteward apply` lists what waits', '`pgsteward ledger` lists what was done'],
    exitCode: 2,
  },
  WRONG_STATE: {
    message: 'cannot {verb} action {id}: it is {state}',
    why: '{reason}.',
    next: ['see what happened to it: `pgsteward ledger {id}`'],
    exitCode: 2,
  },
  BUSY: {
    message: 'another agent is acting on "{target}"',
    why: 'One action runs at a time on a target. What was begun by an agent that died is let go by the server within seconds.',
    next: ['wait, and see `pgsteward ledger`'],
    exitCode: 2,
  },
  LOCKED: {
    message: 'action {id} waits for a lock on "{target}"',
    why: 'Somebody holds it for longer than act.lock-timeout-ms; the action is still {state}.',
    next: ['run the command again', 'or leave it to `pgsteward serve`, which tries again by itself'],
    exitCode: 2,
  },
  TOKEN_INVALID: {
    message: 'this approval token does not hold',
    why: 'A token approves one action as it read when the token was made, once, within its time.',
    next: ['a person makes a new one: `pgsteward approve {id} --token`'],
    exitCode: 2,
  },
  WINDOW_INVALID: {
    message: 'cannot read the window "{text}"',
    why: '{reason}.',
    next: ['write it as "0 2 * * 6 for 4h in Europe/Berlin"; several are separated by semicolons'],
    exitCode: 2,
  },
  NO_WINDOW: {
    message: 'there is no window to postpone to on "{target}"',
    why: 'The setting act.windows is empty, which means any time.',
    next: [
      'set act.windows, such as "0 2 * * 6 for 4h in Europe/Berlin"',
      'or approve it when its time has come',
    ],
    exitCode: 2,
  },
  NOT_UNDOABLE: {
    message: 'action {id} cannot be undone',
    why: '{reason}.',
    next: ['see what it did: `pgsteward ledger {id}`'],
    exitCode: 2,
  },
});
