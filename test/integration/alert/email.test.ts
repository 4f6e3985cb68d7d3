import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type EmailConfig, openEmail } from '../../../packages/agent/src/alert/channels/email/channel.ts';
import { notificationWith, notifiedAlertWith, second } from '../../../packages/agent/src/alert/fixtures.ts';
import type { Notification, Outcome } from '../../../packages/agent/src/alert/index.ts';
import { CERTIFICATE_FILE } from '../../support/index.ts';
import { LOGIN, type MailServer, startMailServer } from './mail-server.ts';

/** The certificate of the tests, and the only name beside `localhost` that leads anywhere here. */
const HOST = 'localhost';
const resolve = async (host: string) => [
  { address: host === HOST ? '127.0.0.1' : '169.254.169.254', family: 4 },
];

const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) await close();
});

async function serve(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  closing.push(() => server.close());
  return server;
}

/** Sends through a channel that is configured for plain SMTP without a login, but for what is given. */
function send(
  port: number,
  changes: Partial<EmailConfig> = {},
  { notification = notificationWith(), timeoutMs = 10_000 } = {} as {
    readonly notification?: Notification;
    readonly timeoutMs?: number;
  },
): Promise<Outcome> {
  const config: EmailConfig = {
    kind: 'email',
    name: 'mail',
    sendResolved: true,
    allowLinkLocal: false,
    host: HOST,
    port,
    security: 'none',
    user: '',
    password: '',
    from: 'pgsteward <pgsteward@example.com>',
    to: ['dba@example.com', 'ops@example.com'],
    ...changes,
  };
  return openEmail(config, resolve).send(notification, { timeoutMs, now: second(0) });
}

/** Starts a server that says what it is told, a line for each that it hears, and is then silent. */
async function startScript(replies: readonly string[]) {
  const server = createServer();
  const closed = new Promise<void>((ended) => {
    server.on('connection', (socket) => {
      const [greeting = '', ...rest] = replies;
      socket.write(greeting);
      socket.on('data', () => socket.write(rest.shift() ?? ''));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => ended());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, closed };
}

/** Makes this process trust the certificate of the tests, as NODE_EXTRA_CA_CERTS would from its start on. */
function trustCertificate(): void {
  const ca = readFileSync(CERTIFICATE_FILE);
  const connect = tls.connect.bind(tls) as (
    options: tls.ConnectionOptions,
    then?: () => void,
  ) => tls.TLSSocket;
  vi.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions, then?: () => void) =>
    connect({ ...options, ca }, then)) as typeof tls.connect);
}

describe('a mail to a real server', () => {
  it('arrives as text and HTML, escaped, without TLS and login', async () => {
    const server = await serve();
    const evil = '<script>alert("x")</script> & größer\r\nBcc: evil@example.com';
    const notification = notificationWith({
      groupLabels: { alertname: evil },
      alerts: [notifiedAlertWith({ annotations: { summary: evil } })],
    });
    expect(await send(server.port, {}, { notification })).toEqual({
      kind: 'delivered',
      responseStatus: 250,
    });
    const [mail] = server.mails;
    expect(mail).toMatchObject({
      from: 'pgsteward@example.com',
      to: ['dba@example.com', 'ops@example.com'],
      user: null,
      isSecure: false,
      header: expect.stringMatching(/^Content-Type: multipart\/alternative;/m),
    });
    expect(mail?.subject).toMatch(/^\[FIRING:1\] <script>alert\("x"\)<\/script> & größer/);
    expect(mail?.header).not.toMatch(/^Bcc:/im);
    expect(Object.keys(mail?.parts ?? {})).toEqual(['text/plain', 'text/html']);
    expect(mail?.parts['text/plain']).toContain('critical: <script>alert("x")</script> & größer');
    expect(mail?.parts['text/html']).toContain(
      '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; größer',
    );
    expect(mail?.parts['text/html']).not.toContain('<script');
  });

  it('arrives with a login', async () => {
    const server = await serve({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    expect(await send(server.port, LOGIN)).toMatchObject({ kind: 'delivered' });
    expect(server.mails).toMatchObject([{ user: LOGIN.user }]);
  });

  it('fails for good with a wrong password, and does not show it', async () => {
    const server = await serve({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    const outcome = await send(server.port, { ...LOGIN, password: 'hunter2-wrong' });
    expect(outcome).toMatchObject({
      kind: 'refused',
      responseStatus: 535,
      error: expect.stringMatching(/Invalid login.*no login/),
    });
    expect(server.logins).toEqual([`${LOGIN.user}:hunter2-wrong`]);
    expect(JSON.stringify(outcome)).not.toMatch(/hunter2|pgsteward@/);
    expect(server.mails).toEqual([]);
  });

  it.each(['starttls', 'tls'] as const)('arrives by %s from a server that is trusted', async (security) => {
    trustCertificate();
    const server = await serve({ disabledCommands: [], secure: security === 'tls' });
    expect(await send(server.port, { ...LOGIN, security })).toMatchObject({ kind: 'delivered' });
    expect(server.mails).toMatchObject([{ user: LOGIN.user, isSecure: true }]);
  });

  it.each(['starttls', 'tls'] as const)(
    'tells a server that is not trusted neither password nor mail: %s',
    async (security) => {
      const server = await serve({ disabledCommands: [], secure: security === 'tls' });
      const outcome = await send(server.port, { ...LOGIN, security });
      expect(outcome).toMatchObject({
        kind: 'unreachable',
        error: expect.stringContaining('self-signed certificate'),
      });
      expect([server.logins, server.mails]).toEqual([[], []]);
    },
  );

  it('is not sent in the open where STARTTLS is asked for and not offered', async () => {
    const server = await serve({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    expect(await send(server.port, { ...LOGIN, security: 'starttls' })).toMatchObject({
      kind: 'refused',
    });
    expect([server.logins, server.mails]).toEqual([[], []]);
  });

  it.each([
    ['unreachable', 451],
    ['refused', 550],
  ])('is %s after %i', async (kind, responseCode) => {
    const server = await serve({
      onMailFrom: (_address, _session, done) => done(Object.assign(new Error('not today'), { responseCode })),
    });
    expect(await send(server.port)).toMatchObject({
      kind,
      responseStatus: responseCode,
      error: expect.stringContaining('not today'),
    });
  });

  const GREETING = '220 mail.example\r\n';
  it.each([
    ['before it greets', []],
    ['after it greeted', [GREETING]],
    ['in the middle of TLS', [GREETING, '250-mail.example\r\n250 STARTTLS\r\n', '220 go ahead\r\n']],
  ])('gives up in time a server that falls silent %s, and hangs up', async (_, replies) => {
    const { port, closed } = await startScript(replies);
    expect(await send(port, { security: 'starttls' }, { timeoutMs: 300 })).toEqual({
      kind: 'unreachable',
      responseStatus: null,
      error: 'no answer within 300 ms',
      retryAfterMs: null,
    });
    await closed;
  });

  it.each(['169.254.169.254', '[fe80::1]', 'metadata.example'])(
    'is refused to a link-local address: %s',
    async (host) => {
      expect(await send(25, { host })).toMatchObject({
        kind: 'refused',
        error: `refused to connect to ${host}`,
      });
    },
  );
});
