import {
  bytesSetting,
  choiceSetting,
  countSetting,
  durationSetting,
  type Setting,
  secretSetting,
  textSetting,
} from '../../settings/index.ts';

/** Settings of the daemon's HTTP server. */
export const HTTP_SETTINGS: Readonly<{
  host: Setting<string>;
  port: Setting<number>;
  viewerToken: Setting<string>;
  operatorToken: Setting<string>;
  mcpToken: Setting<string>;
  userHeader: Setting<string>;
  trustedProxies: Setting<string>;
  operators: Setting<string>;
  sessionMs: Setting<number>;
}> = {
  host: textSetting({
    key: 'http.host',
    summary: 'Address to listen on; any but a loopback address needs a token or a proxy that signs users in.',
    default: '127.0.0.1',
    source: 'a page with statement texts is for nobody else until its owner says so',
  }),
  port: countSetting({
    key: 'http.port',
    summary: 'Port to listen on; 0 takes a free one.',
    default: 7432,
    maximum: 65_535,
    source: 'next to PostgreSQL',
  }),
  viewerToken: secretSetting({
    key: 'http.viewer-token',
    summary: 'Secret that lets its holder look; keep it in an environment variable.',
    default: '',
    source: 'RFC 6750 bearer tokens',
  }),
  operatorToken: secretSetting({
    key: 'http.operator-token',
    summary: 'Secret that lets its holder look and act: cancel sessions, post events, silence alerts.',
    default: '',
    source: 'RFC 6750 bearer tokens',
  }),
  mcpToken: secretSetting({
    key: 'http.mcp-token',
    summary:
      'Secret that lets its holder, a program, use /mcp and /a2a and nothing else: it reads, and proposes, and cannot approve.',
    default: '',
    source: 'RFC 6750 bearer tokens',
  }),
  userHeader: textSetting({
    key: 'http.user-header',
    summary:
      'Header in which a reverse proxy that signed the user in (OIDC, SAML) names them; empty for none.',
    default: '',
    source: 'oauth2-proxy and Authelia set X-Forwarded-User or Remote-User',
  }),
  trustedProxies: textSetting({
    key: 'http.trusted-proxies',
    summary: 'Addresses, separated by commas, from which that header is believed.',
    default: '127.0.0.1,::1',
    source: 'a header that anybody may send proves nothing',
  }),
  operators: textSetting({
    key: 'http.operators',
    summary: 'Users of that header, separated by commas, who may act; the others look.',
    default: '',
    source: 'least privilege',
  }),
  sessionMs: durationSetting({
    key: 'http.session-ms',
    summary: 'How long a sign-in lasts.',
    default: 12 * 3_600_000,
    minimum: 60_000,
    source: 'a working day',
  }),
};

/** Settings of the MCP server. */
export const MCP_SETTINGS: Readonly<{
  literals: Setting<'redacted' | 'shown'>;
  queryTimeoutMs: Setting<number>;
  queryRows: Setting<number>;
  queryBytes: Setting<number>;
}> = {
  literals: choiceSetting({
    key: 'mcp.literals',
    summary:
      'Whether values in the texts of sessions and in the conditions of plans reach the model; statements of the history hold none.',
    choices: ['redacted', 'shown'],
    default: 'redacted',
    source: 'a model, and who runs it, need the shape of a statement and not the customer in it',
  }),
  queryTimeoutMs: durationSetting({
    key: 'mcp.query-timeout-ms',
    summary: 'How long a statement that a model wrote may run.',
    default: 10_000,
    minimum: 100,
    source: 'the limit of plans; a model that needs more should say why',
  }),
  queryRows: countSetting({
    key: 'mcp.query-rows-count',
    summary: 'Most rows that such a statement gives.',
    default: 200,
    minimum: 1,
    maximum: 10_000,
    source: 'what a reply of 32 KB holds',
  }),
  queryBytes: bytesSetting({
    key: 'mcp.query-bytes',
    summary: 'Most bytes that the target may send for it before it is cut off.',
    default: 4 * 1_048_576,
    minimum: 65_536,
    source: 'one value may be a gigabyte, whatever the number of rows',
  }),
};
