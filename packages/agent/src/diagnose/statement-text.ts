import { escapeControls } from '../kernel/index.ts';

const TITLE_LENGTH = 80;
const EVIDENCE_LENGTH = 500;
const QUERIES: ReadonlySet<string> = new Set(
  'select insert update delete merge with values table'.split(' '),
);

/** Shows the beginning of a statement in a title: one line, no comments, cut with `…`. */
export function shortenStatement(text: string | null): string {
  if (text === null) return '(text not known)';
  const line = escapeControls(withoutComments(text).replace(/\s+/g, ' ').trim());
  return line.length <= TITLE_LENGTH ? line : `${line.slice(0, TITLE_LENGTH - 1).trimEnd()}…`;
}

/** Gives the first 500 characters of a statement for the evidence, control characters shown. */
export function evidenceText(text: string | null): string | null {
  return text === null ? null : escapeControls(text.slice(0, EVIDENCE_LENGTH)).slice(0, EVIDENCE_LENGTH);
}

/** Tells SELECT, INSERT, UPDATE, DELETE and MERGE from utility statements; null when the text is not known. */
export function isQueryText(text: string | null): boolean | null {
  if (text === null || text === '<insufficient privilege>') return null;
  const word = /^[\s(]*([a-z]+)/i.exec(withoutComments(text))?.[1];
  return word !== undefined && QUERIES.has(word.toLowerCase());
}

/** Comments at the beginning only: further on they may stand inside a string. */
function withoutComments(text: string): string {
  let rest = text.trimStart();
  for (;;) {
    if (rest.startsWith('--')) {
      const end = rest.indexOf('\n');
      rest = end < 0 ? '' : rest.slice(end + 1).trimStart();
    } else if (rest.startsWith('/*')) {
      const end = rest.indexOf('*/');
      rest = end < 0 ? '' : rest.slice(end + 2).trimStart();
    } else {
      return rest;
    }
  }
}
