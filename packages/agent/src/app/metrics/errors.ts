import { defineErrors, type ErrorDefinition } from '../../kernel/index.ts';

type Code = 'ENDPOINT_INVALID' | 'LIST_INVALID';

/** Errors of the metrics that are sent by OTLP. */
export const OTLP_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('OTLP', {
  ENDPOINT_INVALID: {
    message: 'the setting "{key}" is no address of HTTP',
    why: 'Metrics are sent by OTLP over HTTP, as JSON.',
    next: ['write it as http://127.0.0.1:4318', '`pgsteward config otlp --origin` shows where it came from'],
    exitCode: 2,
  },
  LIST_INVALID: {
    message: 'the setting "{key}" cannot be read at entry {position}',
    why: '{reason}.',
    next: [
      'write it as name=value,name=value with commas and spaces in values as %2C and %20',
      '`pgsteward config otlp --origin` shows where it came from',
    ],
    exitCode: 2,
  },
});
