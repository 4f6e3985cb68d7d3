import { writeFileSync } from 'node:fs';
import { createColors } from 'picocolors';
import { APP_ERRORS } from '../../app/index.ts';
import { escapeControls, failure, fileErrorReason, type PgstewardError } from '../../kernel/index.ts';

/** Where a command writes: data to stdout, decoration to stderr. */
export interface Output {
  /** Whether stdout may carry colour. */
  readonly color: boolean;
  /** Columns of the terminal; 100 when stdout is none. */
  readonly width: number;
  /** Writes data. */
  data(text: string): void;
  /** Writes a hint or a note; silent with `--quiet`. */
  note(text: string): void;
  /** Writes an error with reason and next steps. */
  error(error: PgstewardError): void;
}

/** Flags that decide about decoration. */
export interface OutputFlags {
  readonly quiet?: boolean;
  /** False with `--no-color`. */
  readonly color?: boolean;
}

const DEFAULT_WIDTH = 100;
const MAXIMUM_WIDTH = 140;

/** Builds the output of a command from its flags and the terminal. */
export function createOutput(flags: OutputFlags, environment: NodeJS.ProcessEnv): Output {
  const mayColor = flags.color !== false && (environment['NO_COLOR'] ?? '') === '';
  const stderrColors = createColors(mayColor && process.stderr.isTTY === true);
  return {
    color: mayColor && process.stdout.isTTY === true,
    width: Math.min(process.stdout.columns ?? DEFAULT_WIDTH, MAXIMUM_WIDTH),
    data: (text) => {
      process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    note: (text) => {
      if (flags.quiet !== true) process.stderr.write(`${stderrColors.dim(text)}\n`);
    },
    error: (error) => {
      const next = error.next.map((step) => `  → ${escapeControls(step)}\n`).join('');
      process.stderr.write(`${stderrColors.red('error')} ${escapeControls(error.message)} (${error.code})\n`);
      process.stderr.write(`  ${escapeControls(error.why)}\n${next}`);
    },
  };
}

/**
 * Writes data to a file instead of stdout.
 * @throws APP.OUTPUT_FILE
 */
export function writeOutputFile(file: string, text: string): void {
  try {
    writeFileSync(file, text.endsWith('\n') ? text : `${text}\n`);
  } catch (error) {
    throw failure(APP_ERRORS.OUTPUT_FILE, { file, reason: fileErrorReason(error) }, error);
  }
}
