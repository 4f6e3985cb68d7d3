import { httpChannel } from '../http-channel.ts';
import type { ChannelBase, OpenChannel } from '../types.ts';
import { pagerDutyEvent } from './payload.ts';

/** A service of PagerDuty. */
export interface PagerDutyConfig extends ChannelBase {
  readonly kind: 'pagerduty';
  /** Integration key of the service; secret. */
  readonly routingKey: string;
  readonly url: string;
}

/** Where events go; the European region has an address of its own. */
export const PAGERDUTY_URL: string = 'https://events.pagerduty.com/v2/enqueue';

/** Opens a channel to PagerDuty's Events API v2. */
export const openPagerDuty: OpenChannel<PagerDutyConfig> = (config, resolve) =>
  httpChannel(
    config,
    {
      kind: config.kind,
      url: config.url,
      secrets: [config.routingKey],
      payload: (notification) => pagerDutyEvent(notification, config.routingKey),
    },
    resolve,
  );
