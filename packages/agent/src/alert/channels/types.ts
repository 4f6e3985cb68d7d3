import type { Resolve } from '../deliver/addresses.ts';
import type { Outcome } from '../deliver/outcome.ts';
import type { Notification } from '../types.ts';

/** What one attempt is made with. */
export interface SendOptions {
  readonly timeoutMs: number;
  readonly now: Date;
}

/** A way to tell somebody. */
export interface Channel {
  readonly name: string;
  /** Kind in the configuration: `slack`. */
  readonly kind: string;
  /** Where it leads, without secrets: `https://hooks.slack.com/…`. */
  readonly destination: string;
  /** Whether it is told of what is resolved. */
  readonly isToldResolved: boolean;
  /** Sends once. Never throws for what a receiver does; its errors hold no secret. */
  send(notification: Notification, options: SendOptions): Promise<Outcome>;
}

/** What every channel of the configuration says. */
export interface ChannelBase {
  readonly name: string;
  readonly sendResolved: boolean;
  /** Whether link-local and metadata addresses may be connected to. */
  readonly allowLinkLocal: boolean;
}

/** Builds a channel of one kind. */
export type OpenChannel<C extends ChannelBase> = (config: C, resolve: Resolve) => Channel;
