import { httpChannel } from '../http-channel.ts';
import type { ChannelBase, OpenChannel } from '../types.ts';
import { webhookPayload } from './payload.ts';

/** A webhook of the configuration. */
export interface WebhookConfig extends ChannelBase {
  readonly kind: 'webhook';
  readonly url: string;
  /** Sent as `Authorization: Bearer`; empty when there is none. */
  readonly token: string;
}

/** Opens a channel that posts what Alertmanager would. */
export const openWebhook: OpenChannel<WebhookConfig> = (config, resolve) =>
  httpChannel(
    config,
    {
      kind: config.kind,
      url: config.url,
      headers: config.token === '' ? {} : { authorization: `Bearer ${config.token}` },
      secrets: [config.token],
      payload: webhookPayload,
    },
    resolve,
  );
