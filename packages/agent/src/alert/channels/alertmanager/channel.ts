import { httpChannel } from '../http-channel.ts';
import type { ChannelBase, OpenChannel } from '../types.ts';
import { alertmanagerPayload } from './payload.ts';

/** An Alertmanager of the configuration. */
export interface AlertmanagerConfig extends ChannelBase {
  readonly kind: 'alertmanager';
  /** Address of Alertmanager, without `/api/v2/alerts`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`; empty when there is none. */
  readonly token: string;
}

/** Opens a channel that pushes alerts to Alertmanager, which then groups, mutes and sends them by its own rules. */
export const openAlertmanager: OpenChannel<AlertmanagerConfig> = (config, resolve) =>
  httpChannel(
    config,
    {
      kind: config.kind,
      url: `${config.url.replace(/\/+$/, '')}/api/v2/alerts`,
      headers: config.token === '' ? {} : { authorization: `Bearer ${config.token}` },
      secrets: [config.token],
      payload: alertmanagerPayload,
    },
    resolve,
  );
