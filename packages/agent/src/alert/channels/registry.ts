import type { Resolve } from '../deliver/addresses.ts';
import { type AlertmanagerConfig, openAlertmanager } from './alertmanager/channel.ts';
import { type EmailConfig, openEmail } from './email/channel.ts';
import { openPagerDuty, type PagerDutyConfig } from './pagerduty/channel.ts';
import { openSlack, type SlackConfig } from './slack/channel.ts';
import { openTeams, type TeamsConfig } from './teams/channel.ts';
import type { Channel } from './types.ts';
import { openWebhook, type WebhookConfig } from './webhook/channel.ts';

/** A channel of the configuration, of any kind. */
export type ChannelConfig =
  | AlertmanagerConfig
  | EmailConfig
  | PagerDutyConfig
  | SlackConfig
  | TeamsConfig
  | WebhookConfig;

/** Opens a channel of any kind; nothing is connected before something is sent. */
export function openChannel(config: ChannelConfig, resolve: Resolve): Channel {
  switch (config.kind) {
    case 'alertmanager':
      return openAlertmanager(config, resolve);
    case 'email':
      return openEmail(config, resolve);
    case 'pagerduty':
      return openPagerDuty(config, resolve);
    case 'slack':
      return openSlack(config, resolve);
    case 'teams':
      return openTeams(config, resolve);
    case 'webhook':
      return openWebhook(config, resolve);
  }
}
