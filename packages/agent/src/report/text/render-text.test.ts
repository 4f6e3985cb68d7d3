import { describe, expect, it } from 'vitest';
import { displayWidth } from '../fit-text.ts';
import { sampleAudit, sampleFinding, sampleReport } from '../fixtures.ts';
import { blindSnapshot } from '../observed/fixtures.ts';
import { renderFindingLine } from './finding-line.ts';
import { renderText } from './render-text.ts';

const plain = { color: false, width: 100 };

describe('audit in a terminal', () => {
  it('reads from the worst to the next step', () => {
    const text = renderText(sampleAudit(), plain);
    const order = [
      '1 critical',
      'Objectives',
      'CRITICAL',
      'WARNING',
      'Notes',
      'What to do next',
      'Not checked',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('shows a finding with evidence, remedy and the threshold that moves it', () => {
    expect(renderText(sampleAudit(), plain)).toContain(
      [
        '  WARNING   public.products_title_idx was not scanned in 38 d',
        '            scans 0 · size 42 MB · observed 38 d · table public.products',
        '            → drop it when no replica and no rare job needs it: 42 MB are saved',
        '            diagnose/unused-index · diagnose.unused-index.minimum-bytes = 1 MB',
      ].join('\n'),
    );
  });

  it('puts the remedy of the worst finding first', () => {
    expect(renderText(sampleAudit(), plain)).toContain('   1. Freeze public.product_searches');
  });

  it('says once what one remedy would clear', () => {
    const text = renderText(sampleAudit(), plain);
    expect(text.split('grant pg_read_all_data').length).toBe(2);
    expect(text).toContain('and 1 more');
  });

  it('keeps to the width; what is there to be copied is whole', () => {
    for (const width of [40, 60, 80, 100, 140]) {
      for (const verbose of [false, true]) {
        const lines = renderText(sampleAudit(), { color: true, width, verbose }).split('\n');
        const tooLong = lines.filter((line) => displayWidth(line) > width);
        expect(
          tooLong.filter((line) => !/"public"|^ *(# heading|break|create index)|pgsteward | = /.test(line)),
        ).toEqual([]);
      }
    }
  });

  it('shows the first of many findings of one check and counts the others', () => {
    const findings = Array.from({ length: 40 }, (_, index) =>
      sampleFinding({ title: `index ${index} is unused` }),
    );
    const short = renderText(sampleAudit({ findings }), plain);
    expect(short).toContain('… 37 more of diagnose/unused-index');
    expect(short).not.toContain('index 3 is unused');
    expect(renderText(sampleAudit({ findings }), { ...plain, verbose: true })).toContain(
      'index 39 is unused',
    );
  });

  it('colours only when told to', () => {
    const sequence = '\u001b[';
    expect(renderText(sampleAudit(), plain)).not.toContain(sequence);
    expect(renderText(sampleAudit(), { ...plain, color: true })).toContain(sequence);
  });

  it('says that nothing was found, and stands an audit that could read nothing', () => {
    const report = sampleReport({ findings: [], proposals: [], objectives: [], unavailable: [] });
    const text = renderText(
      { report, snapshot: blindSnapshot(), interval: null },
      { ...plain, verbose: true },
    );
    expect(text).toContain('✔ nothing found');
    expect(text).toContain('no column statistics');
  });

  it('fits one finding on one line', () => {
    const line = renderFindingLine(sampleFinding({ title: 'x'.repeat(300) }), { color: false, width: 60 });
    expect(displayWidth(line)).toBe(60);
  });
});
