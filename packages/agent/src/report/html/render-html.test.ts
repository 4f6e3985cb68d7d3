import { describe, expect, it } from 'vitest';
import { sampleAudit, sampleReport } from '../fixtures.ts';
import { blindSnapshot } from '../observed/fixtures.ts';
import { niceMaximum } from './bar-chart.ts';
import { html, trustedMarkup } from './markup.ts';
import { renderHtml } from './render-html.ts';

const page = renderHtml(sampleAudit());

describe('audit as a page', () => {
  it('loads and runs nothing', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i);
    const tags = (page.match(/<[a-z][^>]*>/gi) ?? []).map((tag) => tag.replace(/"[^"]*"/g, ''));
    expect(tags.filter((tag) => /\s(src\w*|on\w+)\b/i.test(tag))).toEqual([]);
    expect(page).not.toMatch(/url\(|@import/);
  });

  it('links only to places that exist, each id once', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    for (const [, list] of page.matchAll(/aria-labelledby="([^"]+)"/g)) {
      for (const id of (list ?? '').split(' ')) expect(ids).toContain(id);
    }
  });

  it('gives each chart a title, a description and its numbers as a table', () => {
    const charts = page.match(/<svg[^>]*>[\s\S]*?<\/svg>/g) ?? [];
    expect(charts.length).toBe(4);
    for (const chart of charts) expect(chart).toMatch(/<title[\s\S]*<desc/);
    expect(page.match(/<caption>/g)?.length ?? 0).toBeGreaterThanOrEqual(6);
  });

  it('shows the worst finding open and every proposal with its undo', () => {
    expect(page).toContain('<details class="card critical" open>');
    expect(page).toContain('vacuum (freeze, verbose) &quot;public&quot;.&quot;product_searches&quot;;');
    expect(page).toContain('<summary>Undo</summary>');
  });

  it('leaves out what could not be read', () => {
    const report = sampleReport({ findings: [], proposals: [], objectives: [], unavailable: [] });
    const empty = renderHtml({ report, snapshot: blindSnapshot(), interval: null });
    expect(empty).toContain('Nothing found above its threshold.');
    expect(empty).not.toContain('<svg');
    expect(empty).not.toContain('href="#sizes"');
  });
});

describe('markup', () => {
  it('escapes whatever is not markup', () => {
    expect(html`<b title="${'"'}">${'<i>'}${html`<u>${1}</u>`}${null}${['a', '&']}</b>`.toString()).toBe(
      '<b title="&quot;">&lt;i&gt;<u>1</u>a&amp;</b>',
    );
    expect(html`${trustedMarkup('<hr>')}`.toString()).toBe('<hr>');
  });

  it('rounds axes up to numbers that read well', () => {
    expect(niceMaximum(0.57, 10)).toBeCloseTo(0.6);
    expect(niceMaximum(0.2, 10)).toBeCloseTo(0.2);
    expect(niceMaximum(5.05 * 1024 ** 3, 1024)).toBe(8 * 1024 ** 3);
    expect(niceMaximum(0, 10)).toBe(1);
  });
});
