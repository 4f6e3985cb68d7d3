import { describe, expect, it } from 'vitest';
import { displayWidth } from '../fit-text.ts';
import { renderStatisticsText, type StatisticsSummary } from './statistics.ts';

const SUMMARY: StatisticsSummary = {
  file: 'app.json.gz',
  fileBytes: 123_456,
  database: 'app',
  serverVersion: '17.10',
  takenAt: '2026-01-01T00:00:00.000Z',
  isRedacted: false,
  tablesCount: 51,
  indexesCount: 80,
  columnsCount: 128,
  extendedCount: 2,
  extremesCount: 40,
  statementsCount: 211,
  extensions: ['pg_trgm'],
  rowsCount: 7_700_000,
  sizeBytes: 1.5 * 1024 ** 3,
  gaps: [{ reason: 'the role x sees nothing of \u001b[31mpublic.a', remedy: 'grant it something' }],
};

describe('a file of statistics, counted', () => {
  it('says what it holds, and what it lacks with the remedy', () => {
    const text = renderStatisticsText(SUMMARY, { color: false, width: 100 });
    for (const part of [
      '51 tables',
      '80 indexes',
      '128 columns',
      '2 extended',
      '17.10',
      'pg_trgm',
      'grant it something',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('\u001b');
  });

  it('says whether values of rows are in it', () => {
    const at = { color: false, width: 100 };
    expect(renderStatisticsText(SUMMARY, at)).toContain('most common values');
    expect(renderStatisticsText({ ...SUMMARY, isRedacted: true }, at)).toContain('left out (redacted)');
  });

  it('keeps to the width', () => {
    for (const width of [40, 60, 100]) {
      const lines = renderStatisticsText(SUMMARY, { color: true, width }).split('\n');
      expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
    }
  });
});
