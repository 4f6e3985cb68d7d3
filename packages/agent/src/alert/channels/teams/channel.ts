import { httpChannel } from '../http-channel.ts';
import type { ChannelBase, OpenChannel } from '../types.ts';
import { teamsPayload } from './payload.ts';

/** A Workflows webhook of Microsoft Teams. */
export interface TeamsConfig extends ChannelBase {
  readonly kind: 'teams';
  readonly url: string;
}

/** Opens a channel to a Workflows webhook of Microsoft Teams. */
export const openTeams: OpenChannel<TeamsConfig> = (config, resolve) =>
  httpChannel(config, { kind: config.kind, url: config.url, payload: teamsPayload }, resolve);
