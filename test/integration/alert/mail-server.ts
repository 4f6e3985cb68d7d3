import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { CERTIFICATE_FILE } from '../../support/index.ts';

/** A mail as the server got it. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** User that logged in; null when none did. */
  readonly user: string | null;
  /** Whether it came over TLS. */
  readonly isSecure: boolean;
  readonly subject: string;
  readonly header: string;
  /** Decoded bodies by their type. */
  readonly parts: Readonly<Record<string, string>>;
}

/** A real SMTP server on loopback. */
export interface MailServer {
  readonly port: number;
  readonly mails: readonly Mail[];
  /** Logins that were tried, as `user:password`. */
  readonly logins: readonly string[];
  close(): Promise<void>;
}

/** The only login that a server with logins takes. */
export const LOGIN: { readonly user: string; readonly password: string } = {
  user: 'pgsteward@example.com',
  password: 'correct horse battery',
};

/** Starts a mail server; without options it speaks neither TLS nor AUTH. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    logger: false,
    disabledCommands: ['AUTH', 'STARTTLS'],
    cert: readFileSync(CERTIFICATE_FILE),
    key: readFileSync(join(CERTIFICATE_FILE, '../server.key')),
    onAuth: ({ username, password }, _session, done) => {
      logins.push(`${username}:${password}`);
      if (username === LOGIN.user && password === LOGIN.password) done(null, { user: username });
      else done(Object.assign(new Error(`no login ${username} ${password}`), { responseCode: 535 }));
    },
    onData: async (stream, session, done) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
      const { mailFrom, rcptTo } = session.envelope;
      mails.push({
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        user: typeof session.user === 'string' ? session.user : null,
        isSecure: session.secure,
        ...read(Buffer.concat(chunks).toString('utf8')),
      });
      done();
    },
    ...options,
  });
  // Of a client that does not trust the certificate.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    logins,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function read(text: string): Pick<Mail, 'subject' | 'header' | 'parts'> {
  const [header = ''] = text.split('\r\n\r\n', 1);
  const boundary = /boundary="([^"]+)"/.exec(header)?.[1] ?? 'none';
  const sections = text.split(`--${boundary}`).slice(1, -1);
  return {
    header,
    subject: decodeHeader(/^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(header)?.[1] ?? ''),
    parts: Object.fromEntries(sections.map(readPart)),
  };
}

function readPart(section: string): readonly [type: string, text: string] {
  const [header = '', ...rest] = section.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const type = /Content-Type: ([^;\r]+)/i.exec(header)?.[1] ?? '';
  const encoding = /Content-Transfer-Encoding: (\S+)/i.exec(header)?.[1];
  if (encoding === 'base64') return [type, Buffer.from(body, 'base64').toString('utf8')];
  return [type, encoding === 'quoted-printable' ? quotedPrintable(body.replaceAll('=\r\n', '')) : body];
}

function decodeHeader(text: string): string {
  const words = text.replace(/\r\n[ \t]/g, ' ').replace(/\?=\s+=\?/g, '?==?');
  return words.replace(/=\?utf-8\?([qb])\?(.*?)\?=/gi, (_, encoding: string, word: string) =>
    encoding.toLowerCase() === 'b'
      ? Buffer.from(word, 'base64').toString('utf8')
      : quotedPrintable(word.replaceAll('_', ' ')),
  );
}

function quotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
