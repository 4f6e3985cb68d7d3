/** Codes of the failures that a caller may match on. */
export type MarketResearchErrorCode =
  | 'MARKET_RESEARCH.INVALID_OPTION'
  | 'MARKET_RESEARCH.NOT_EMPTY'
  | 'MARKET_RESEARCH.PLANTING_FAILED'
  | 'MARKET_RESEARCH.NO_DATA';

/** An expected failure of the reference workload; match on `code`, never on the message. */
export class MarketResearchError extends Error {
  override readonly name = 'MarketResearchError';
  readonly code: MarketResearchErrorCode;
  /** What to do next. */
  readonly next: string;

  constructor(code: MarketResearchErrorCode, message: string, next: string) {
    super(message);
    this.code = code;
    this.next = next;
  }
}
