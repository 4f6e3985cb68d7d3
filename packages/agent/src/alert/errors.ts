import { defineErrors, type ErrorDefinition } from '../kernel/index.ts';

type Code =
  | 'CONFIG_INVALID'
  | 'MATCHER_INVALID'
  | 'SILENCE_INVALID'
  | 'MEMORY_INVALID'
  | 'CHANNEL_UNKNOWN'
  | 'RULE_UNKNOWN'
  | 'ADDRESS_REFUSED'
  | 'DRY_RUN_UNSUPPORTED';

/** Errors of alerts. */
export const ALERT_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('ALERT', {
  CONFIG_INVALID: {
    message: 'the configuration of alerts is wrong at {path}',
    why: '{reason}.',
    next: ['correct it in the configuration file; docs/guides/alerts.md shows every part'],
    exitCode: 2,
  },
  MATCHER_INVALID: {
    message: 'cannot read the matcher {matcher}',
    why: '{reason}.',
    next: ['write it as severity="critical", target!="shop" or alertname=~"replica-.*"'],
    exitCode: 2,
  },
  SILENCE_INVALID: {
    message: 'cannot make this silence',
    why: '{reason}.',
    next: ['give matchers, an end after its beginning, an author and a comment'],
    exitCode: 2,
  },
  MEMORY_INVALID: {
    message: 'cannot read the saved state of alerts',
    why: '{reason}. It was written by another version, or changed by hand.',
    next: ['remove it: alerts then begin anew, and those that fire are notified once more'],
    exitCode: 2,
  },
  CHANNEL_UNKNOWN: {
    message: 'there is no channel "{channel}"',
    why: 'The channels are {known}.',
    next: ['add it as [[alert.channels]] in the configuration file'],
    exitCode: 2,
  },
  RULE_UNKNOWN: {
    message: 'there is no rule "{rule}"',
    why: 'Neither a built-in rule nor one of [[alert.rules]] has this id.',
    next: ['see docs/guides/alerts.md for the built-in rules'],
    exitCode: 2,
  },
  ADDRESS_REFUSED: {
    message: 'refused to connect to {host}',
    why: 'It is {kind}, where machines of a cloud keep their credentials.',
    next: ['correct the address of the channel', 'or set allow-link-local = true in the channel'],
    exitCode: 2,
  },
  DRY_RUN_UNSUPPORTED: {
    message: 'cannot run the rule "{rule}" over history',
    why: 'The history holds measurements; this rule looks at {kind}.',
    next: ['run a rule on a measurement'],
    exitCode: 2,
  },
});
