import { formatDuration, PgstewardError } from '../../../kernel/index.ts';
import type { Resolve } from '../../deliver/addresses.ts';
import { connectGuarded } from '../../deliver/guard.ts';
import type { Outcome } from '../../deliver/outcome.ts';
import { redact } from '../../deliver/redact.ts';
import type { Notification } from '../../types.ts';
import type { ChannelBase, OpenChannel } from '../types.ts';
import { emailMessage } from './message.ts';

/** A mail server and who is written to. */
export interface EmailConfig extends ChannelBase {
  readonly kind: 'email';
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte (465), `starttls` required (587), or `none`. */
  readonly security: 'tls' | 'starttls' | 'none';
  /** Empty when the server asks for none. */
  readonly user: string;
  readonly password: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** Opens a channel that sends mail. */
export const openEmail: OpenChannel<EmailConfig> = (config, resolve) => ({
  name: config.name,
  kind: config.kind,
  destination: `smtp://${config.host}:${config.port}`,
  isToldResolved: config.sendResolved,
  send: async (notification, { timeoutMs }) => {
    // The mail server's own time-outs begin anew with every line that it sends.
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      await sendMail(notification, config, { signal, resolve });
      return { kind: 'delivered', responseStatus: 250 };
    } catch (error) {
      if (!signal.aborted) return outcomeOf(error, config);
      const late = `no answer within ${formatDuration(timeoutMs)}`;
      return { kind: 'unreachable', responseStatus: null, error: late, retryAfterMs: null };
    }
  },
});

async function sendMail(
  notification: Notification,
  config: EmailConfig,
  { signal, resolve }: { readonly signal: AbortSignal; readonly resolve: Resolve },
): Promise<void> {
  const { host, port, security, user, password, from, to } = config;
  const guard = { resolve, allowsLinkLocal: config.allowLinkLocal };
  // Loaded with the first mail: most agents send none.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === '' ? {} : { auth: { user, pass: password } }),
    // A connection to an address that was checked: nodemailer would look the name up again.
    getSocket: (_, done) => {
      connectGuarded({ host, port, signal }, guard).then(
        (connection) => done(null, { connection }),
        (error: Error) => done(error, false),
      );
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  await transport.sendMail({ from, to: [...to], ...emailMessage(notification), signal });
}

/** @source RFC 5321, 4.2.1: 4yz may be tried again, 5yz is final */
function outcomeOf(error: unknown, { user, password }: EmailConfig): Outcome {
  const { responseCode, message } = error as Error & { readonly responseCode?: number };
  const responseStatus = responseCode ?? null;
  const plain = `\0${user}\0${password}`;
  const encoded = [password, user, plain].map((secret) => Buffer.from(secret).toString('base64'));
  const text = redact(message, [password, user, ...encoded]);
  if (error instanceof PgstewardError || (responseStatus !== null && responseStatus >= 500)) {
    return { kind: 'refused', responseStatus, error: text };
  }
  return { kind: 'unreachable', responseStatus, error: text, retryAfterMs: null };
}
