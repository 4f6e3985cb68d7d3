/**
 * The command line. Parses arguments, calls the app, renders: data to stdout, decoration to stderr, errors with
 * reason and next step. Holds no SQL and no threshold.
 */
export { main } from './main.ts';
export { buildProgram, type ProgramOptions } from './program.ts';
