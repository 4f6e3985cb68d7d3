import { httpChannel } from '../http-channel.ts';
import type { ChannelBase, OpenChannel } from '../types.ts';
import { slackPayload } from './payload.ts';

/** An incoming webhook of Slack or Mattermost. */
export interface SlackConfig extends ChannelBase {
  readonly kind: 'slack';
  readonly url: string;
}

/** Opens a channel to an incoming webhook of Slack or Mattermost. */
export const openSlack: OpenChannel<SlackConfig> = (config, resolve) =>
  httpChannel(config, { kind: config.kind, url: config.url, payload: slackPayload }, resolve);
