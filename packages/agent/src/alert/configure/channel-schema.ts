import * as z from 'zod';
import { PAGERDUTY_URL } from '../channels/pagerduty/channel.ts';
import type { ChannelConfig } from '../channels/registry.ts';
import type { ChannelBase } from '../channels/types.ts';
import { nameField, urlField } from './fields.ts';

const base = {
  name: nameField,
  'send-resolved': z.boolean().default(true),
  'allow-link-local': z.boolean().default(false),
};
const token = z.string().default('');
const text = z.string().min(1);

const webhook = z.strictObject({ ...base, kind: z.literal('webhook'), url: urlField, token });
const alertmanager = z.strictObject({ ...base, kind: z.literal('alertmanager'), url: urlField, token });
const slack = z.strictObject({ ...base, kind: z.literal('slack'), url: urlField });
const teams = z.strictObject({ ...base, kind: z.literal('teams'), url: urlField });
const pagerduty = z.strictObject({
  ...base,
  kind: z.literal('pagerduty'),
  'routing-key': text,
  url: urlField.default(PAGERDUTY_URL),
});
const email = z.strictObject({
  ...base,
  kind: z.literal('email'),
  host: text,
  port: z.int().min(1).max(65_535).optional(),
  security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
  user: z.string().default(''),
  password: z.string().default(''),
  from: text,
  to: z.array(text).min(1),
});

/** Submission with and without TLS from the first byte, and plain SMTP. @source RFC 8314, 3.3; RFC 5321 */
const PORTS = { tls: 465, starttls: 587, none: 25 } as const;

/** One of `[[alert.channels]]`. */
export const channelSchema: z.ZodType<ChannelConfig> = z
  .discriminatedUnion('kind', [webhook, alertmanager, slack, teams, pagerduty, email])
  .transform((given): ChannelConfig => {
    const shared = baseOf(given);
    switch (given.kind) {
      case 'webhook':
      case 'alertmanager':
        return { ...shared, kind: given.kind, url: given.url, token: given.token };
      case 'slack':
      case 'teams':
        return { ...shared, kind: given.kind, url: given.url };
      case 'pagerduty':
        return { ...shared, kind: given.kind, url: given.url, routingKey: given['routing-key'] };
      case 'email': {
        const { kind, host, port, security, user, password, from, to } = given;
        return { ...shared, kind, host, port: port ?? PORTS[security], security, user, password, from, to };
      }
    }
  });

function baseOf(given: {
  readonly name: string;
  readonly 'send-resolved': boolean;
  readonly 'allow-link-local': boolean;
}): ChannelBase {
  return {
    name: given.name,
    sendResolved: given['send-resolved'],
    allowLinkLocal: given['allow-link-local'],
  };
}
