import { escapeControls } from '../../kernel/index.ts';

const ZERO_WIDTH_SPACE = '\u200b';

/**
 * Escapes untrusted text for Markdown (GitHub's, GitLab's and chats'): nothing in it formats, links, embeds HTML
 * or notifies anybody. A zero-width space keeps mentions, issue numbers and addresses from being linked.
 */
export function escapeMarkdown(text: string): string {
  return escapeControls(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]|~$]/g, '\\$&')
    .replace(/^(\s*)([-+=#])/, '$1\\$2')
    .replace(/^(\s*\d+)\.(?=\s|$)/, '$1\\.')
    .replace(/@(?=[\w-])/g, `@${ZERO_WIDTH_SPACE}`)
    .replace(/#(?=\d)/g, `#${ZERO_WIDTH_SPACE}`)
    .replace(/:(?=\/\/)/g, `:${ZERO_WIDTH_SPACE}`)
    .replace(/\bwww\./gi, (match) => `${match.slice(0, 3)}${ZERO_WIDTH_SPACE}.`);
}

/** Renders untrusted text as a code span that can stand in a table cell. */
export function codeInTable(text: string): string {
  return codeSpan(text).replaceAll('|', '\\|');
}

/** Renders untrusted text as a code span, with a fence longer than any run of backticks in it. */
export function codeSpan(text: string): string {
  const shown = escapeControls(text);
  if (shown === '') return '';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Renders code, SQL by default, as a fenced block; its own line breaks stay, every other control character is shown. */
export function codeBlock(code: string, language = 'sql'): string {
  const shown = code
    .split('\n')
    .map((line) => escapeControls(line))
    .join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
