/** How sending one message went: delivered, refused for good, or worth another attempt. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly responseStatus: number | null }
  | {
      readonly kind: 'refused';
      readonly responseStatus: number | null;
      /** Without secrets. */
      readonly error: string;
    }
  | {
      readonly kind: 'unreachable';
      readonly responseStatus: number | null;
      /** Without secrets. */
      readonly error: string;
      /** How long the receiver asks to wait, in milliseconds; null when it does not say. */
      readonly retryAfterMs: number | null;
    };
