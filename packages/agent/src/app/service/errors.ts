import { defineErrors, type ErrorDefinition } from '../../kernel/index.ts';

type Code = 'NO_ACCESS_RULE' | 'TOKEN_REUSED' | 'PORT_IN_USE' | 'NOT_BUILT';

/** Errors of the HTTP server. */
export const HTTP_ERRORS: Readonly<Record<Code, ErrorDefinition>> = defineErrors('HTTP', {
  NO_ACCESS_RULE: {
    message: 'refusing to listen on {host} without a token',
    why: 'Everybody who reaches that address could read statement texts.',
    next: [
      'set PGSTEWARD_HTTP_VIEWER_TOKEN and PGSTEWARD_HTTP_OPERATOR_TOKEN in the environment',
      'or set http.user-header and http.trusted-proxies for a proxy that signs users in',
      'or listen on 127.0.0.1 and reach it through an SSH tunnel',
    ],
    exitCode: 2,
  },
  TOKEN_REUSED: {
    message: 'http.mcp-token is also the token of a {role}',
    why: 'A program that holds it could approve what it proposed.',
    next: ['give http.mcp-token a secret of its own'],
    exitCode: 2,
  },
  PORT_IN_USE: {
    message: 'port {port} on {host} is in use',
    why: 'Another program, perhaps another pgsteward, listens there.',
    next: ['choose another with --port', 'or `--port 0` for a free one'],
    exitCode: 2,
  },
  NOT_BUILT: {
    message: 'the pages of the dashboard are missing',
    why: 'They are made by the build and belong in {directory}.',
    next: ['run `npm run build` in a clone', 'or install the package again'],
    exitCode: 2,
  },
});
