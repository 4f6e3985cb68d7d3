/** Rows of the bench's tables. */
export interface RowCounts {
  readonly orders: number;
  readonly customers: number;
  readonly products: number;
  readonly events: number;
  readonly sessions: number;
  readonly documents: number;
  readonly accounts: number;
  /** Rows of each of the other tables. */
  readonly small: number;
}

/** Gives the counts at a scale; 1 loads in well under a minute on two cores. */
export function rowCounts(scale: number): RowCounts {
  const at = (count: number): number => Math.round(count * scale);
  return {
    orders: at(400_000),
    customers: at(60_000),
    products: at(20_000),
    events: at(300_000),
    sessions: at(80_000),
    documents: at(8_000),
    accounts: at(300_000),
    small: at(50_000),
  };
}
