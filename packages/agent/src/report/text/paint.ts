import { createColors } from 'picocolors';
import type { Severity } from '../../diagnose/index.ts';

/** How a terminal report is drawn. */
export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Styles of a terminal, each the identity when colour is off. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly command: (text: string) => string;
  readonly severity: (severity: Severity, text: string) => string;
}

/** Columns below which nothing readable fits. */
const MINIMUM_WIDTH = 40;

/** Gives the columns to draw in: at least 40. */
export function usableWidth(options: TextOptions): number {
  return Math.max(MINIMUM_WIDTH, Math.floor(options.width));
}

/** Builds the styles; colour is the caller's decision, never guessed from the environment. */
export function createPaint(color: boolean): Paint {
  const colors = createColors(color);
  return {
    bold: colors.bold,
    dim: colors.dim,
    heading: (text) => colors.bold(colors.cyan(text)),
    good: colors.green,
    warn: colors.yellow,
    bad: colors.red,
    command: colors.cyan,
    severity: (severity, text) => {
      if (severity === 'critical') return colors.bold(colors.red(text));
      return severity === 'warning' ? colors.yellow(text) : colors.blue(text);
    },
  };
}
