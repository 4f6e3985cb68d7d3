import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleAudit, sampleFinding, sampleProposal } from './fixtures.ts';
import { renderHtml } from './html/render-html.ts';
import { codeBlock, codeSpan, escapeMarkdown } from './markdown/escape.ts';
import { renderMarkdown } from './markdown/render-markdown.ts';
import { HOSTILE_NAMES, sampleSnapshot, sampleStatement } from './observed/fixtures.ts';
import { renderText } from './text/render-text.ts';
import type { Audit } from './types.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not get through
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const hostile = fc.oneof(
  fc.constantFrom(...HOSTILE_NAMES),
  fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '`', '|', '\n', '\r', '\u001b', '\u0085', '@', 'a', '#'),
  }),
  fc.string({ unit: 'binary' }),
);

/** An audit that holds one text wherever a database can put one. */
function auditWith(text: string): Audit {
  const audit = sampleAudit({
    target: { name: text, serverVersion: text, database: text },
    findings: [
      sampleFinding({
        id: text,
        title: text,
        remedy: text,
        source: text,
        evidence: { [text]: text, owners: [text], name: text },
        threshold: { key: text, value: text },
        proposals: ['p'],
      }),
    ],
    proposals: [
      sampleProposal({
        id: 'p',
        title: text,
        do: [text],
        undo: [text],
        risk: { level: 'low', why: text },
        effect: { metric: text, before: 1, after: null, unit: text, method: text },
      }),
    ],
    objectives: [{ id: text, target: 1, actual: null, unit: 'ratio', met: null, method: text }],
    unavailable: [{ id: text, reason: text, remedy: text }],
  });
  return {
    ...audit,
    snapshot: sampleSnapshot({ statements: [sampleStatement({ query: text, queryId: text })] }),
  };
}

/** Tags of a page with the texts of their attributes taken out: what its structure is. */
const structure = (page: string): string =>
  (page.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '')).join('');

describe('untrusted text', () => {
  it('sends no control character to a terminal', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(renderText(auditWith(text), { color: false, width: 80, verbose: true })).not.toMatch(CONTROLS);
      }),
      { numRuns: 60 },
    );
  });

  it('adds no element to a page', () => {
    const expected = structure(renderHtml(auditWith('a')));
    fc.assert(
      fc.property(hostile, (text) => {
        const page = renderHtml(auditWith(text));
        expect(page).not.toMatch(CONTROLS);
        expect(structure(page)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('puts no HTML and no control character into Markdown outside of code', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(renderMarkdown(auditWith(text))).not.toMatch(CONTROLS);
        expect(escapeMarkdown(text)).not.toMatch(/[<>\n]/);
        expect(escapeMarkdown(text)).not.toMatch(/(?<!\\)(\\\\)*[`*[\]|]/);
      }),
      { numRuns: 60 },
    );
  });

  it('fences code with more backticks than it holds', () => {
    expect(codeSpan('a`b``c')).toBe('```a`b``c```');
    expect(codeSpan('`')).toBe('`` ` ``');
    expect(codeBlock('select 1;\n```\n')).toMatch(/^````sql\n/);
  });

  it('notifies nobody and links nothing', () => {
    const text = escapeMarkdown('@everyone #1 https://evil.example www.evil.example');
    expect(text).not.toMatch(/@everyone|#1|:\/\/|www\./);
    expect(escapeMarkdown('18.4 and 1. and 1.95')).toBe('18.4 and 1. and 1.95');
    expect(escapeMarkdown('1. item')).toBe('1\\. item');
    expect(escapeMarkdown('# head')).toBe('\\# head');
  });
});
