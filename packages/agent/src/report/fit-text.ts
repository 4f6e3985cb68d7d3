import { escapeControls } from '../kernel/index.ts';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters that a terminal draws two columns wide: CJK, Hangul, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with ESC
const COLOUR = /\u001b\[[0-9;]*m/g;

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

/** Counts the terminal columns of a text; colour sequences take none. */
export function displayWidth(text: string): number {
  const bare = text.replace(COLOUR, '');
  if (isPlain(bare)) return bare.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(bare)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Cuts a text to a number of terminal columns, ending in `…` where something was cut. Takes no colours. */
export function shorten(text: string, width: number): string {
  // A megabyte of SQL need not be measured to be cut.
  const head = text.length > 8 * width + 64 ? text.slice(0, 8 * width + 64) : text;
  if (head.length === text.length && displayWidth(text) <= width) return text;
  let used = 0;
  let kept = '';
  for (const { segment } of GRAPHEMES.segment(head)) {
    used += WIDE.test(segment) ? 2 : 1;
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Shows a statement on one line: white space folded, controls escaped, cut to a number of columns. */
export function shortenStatement(query: string | null, width: number): string {
  if (query === null || query.trim() === '') return '(text not available)';
  // Comments in front of a statement (a framework's marker) hide what it does.
  const bare = query.slice(0, 20 * width + 500).replace(/^(\s*\/\*[\s\S]*?\*\/)+/, '');
  const folded = (bare.trim() === '' ? query.slice(0, 20 * width) : bare).replace(/\s+/g, ' ').trim();
  return shorten(escapeControls(folded), width);
}

/**
 * Breaks a text without colours into lines of at most `width` columns, at spaces where possible.
 * @returns at least one line
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => breakWord(part, width))) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (displayWidth(joined) <= width) line = joined;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return lines;
}

function breakWord(word: string, width: number): readonly string[] {
  if (displayWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of GRAPHEMES.segment(word)) {
    if (displayWidth(piece + segment) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}
