import type { Resolve } from '../deliver/addresses.ts';
import { postJson } from '../deliver/post-json.ts';
import { shownUrl } from '../deliver/redact.ts';
import type { Notification } from '../types.ts';
import type { Channel, ChannelBase } from './types.ts';

/** What tells one HTTP channel from another. */
export interface HttpChannel {
  readonly kind: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What must not be shown beside the parts of the address. */
  readonly secrets?: readonly string[];
  /** Builds the body; pure. */
  readonly payload: (notification: Notification) => unknown;
}

/** Builds a channel that posts JSON. */
export function httpChannel(base: ChannelBase, http: HttpChannel, resolve: Resolve): Channel {
  const { kind, url, headers = {}, secrets = [], payload } = http;
  return {
    name: base.name,
    kind,
    destination: shownUrl(url),
    isToldResolved: base.sendResolved,
    send: (notification, { timeoutMs, now }) =>
      postJson(
        {
          url,
          headers,
          body: payload(notification),
          timeoutMs,
          guard: { resolve, allowsLinkLocal: base.allowLinkLocal },
          secrets,
        },
        now,
      ),
  };
}
