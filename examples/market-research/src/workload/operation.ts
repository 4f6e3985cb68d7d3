import type { Random } from '../generate/random.ts';

/** One statement with the values of its parameters. */
export interface BoundStatement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** What the loaded data offers to draw parameters from. */
export interface DataShape {
  readonly products: number;
  readonly users: number;
  readonly queries: number;
  readonly categories: number;
  readonly keywords: number;
}

/** Draws parameters with the skew of the generator. */
export interface Draw {
  readonly random: Random;
  readonly shape: DataShape;
  readonly user: () => string;
  /** Text of a query, Zipf. */
  readonly query: () => string;
  /** Name of a category, Zipf. */
  readonly category: () => string;
  readonly product: () => number;
}

/** One thing that the application does: its statements in order, on one session. */
export interface Operation {
  /** Stable name, as in the driver's result: `product-search`. */
  readonly name: string;
  readonly summary: string;
  readonly statements: (draw: Draw) => readonly BoundStatement[];
}
