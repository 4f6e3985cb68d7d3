import { displayName, formatDuration, parseDuration, quoteQualified } from '../../../kernel/index.ts';
import { durationSetting, textSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const DAY_MS = 86_400_000;
/** As far as the history is looked at. */
const LONGEST_MS = 90 * DAY_MS;

const settings = {
  maximumAgeMs: durationSetting({
    key: 'diagnose.stale-matview.maximum-age-ms',
    summary: 'Age from which the rows of a materialized view are stale.',
    default: DAY_MS,
    maximum: LONGEST_MS,
    source: 'most are refreshed at night',
  }),
  ages: textSetting({
    key: 'diagnose.stale-matview.ages',
    summary: 'Materialized views with a bound of their own: `sales.by_hour = 2 h; sales.by_year = 60 d`.',
    default: '',
    source: 'only who reads a view knows how old its rows may be',
  }),
  maximumFindings: maximumFindingsSetting('stale-matview'),
};

/** Finds materialized views that were not refreshed for longer than their rows may be old. */
export const staleMatview: Check = defineCheck({
  id: 'diagnose/stale-matview',
  title: 'Materialized views with old rows',
  needs: ['tables'],
  needsHistory: true,
  source:
    'PostgreSQL docs "REFRESH MATERIALIZED VIEW": rows are those of the last refresh, which nothing records',
  settings,
  run: ({ sections, observation, values, threshold }) => {
    const bounds = parseAges(values.ages);
    if ('wrong' in bounds) {
      return [
        blindSpot(
          `${settings.ages.key}: "${bounds.wrong}" is not written as "schema.view = 2 h", of at most ${formatDuration(LONGEST_MS)}`,
          'correct the setting',
        ),
      ];
    }
    const past = new Map(
      (observation.history?.matviews ?? []).map((one) => [displayName(one.schema, one.name), one]),
    );
    const drafts = sections.tables
      .flatMap(({ schema, name, refreshXid, totalBytes }) => {
        const shown = displayName(schema, name);
        const known = past.get(shown);
        const boundMs = bounds.ages.get(shown) ?? values.maximumAgeMs;
        // Another transaction than the history knows refreshed it just now.
        if (refreshXid === null || known?.refreshXid !== refreshXid || known.ageMs <= boundMs) return [];
        return [{ schema, name, shown, known, boundMs, totalBytes, hasOwn: bounds.ages.has(shown) }];
      })
      .toSorted((a, b) => b.known.ageMs / b.boundMs - a.known.ageMs / a.boundMs)
      .map(({ schema, name, shown, known, boundMs, totalBytes, hasOwn }) =>
        finding({
          severity: 'warning',
          subject: { kind: 'table', schema, name },
          title: `${shown} was not refreshed for ${known.isRefreshSeen ? '' : 'at least '}${formatDuration(known.ageMs)}; its rows may be ${formatDuration(boundMs)} old`,
          evidence: { ageMs: known.ageMs, boundMs, isRefreshSeen: known.isRefreshSeen, totalBytes },
          threshold: threshold(hasOwn ? 'ages' : 'maximumAgeMs'),
          remedy: `refresh materialized view ${quoteQualified(schema, name)} (concurrently where it has a unique index), see why the job that does so stopped, or give the view a bound of its own in ${settings.ages.key}`,
        }),
      );
    return capFindings(drafts, values.maximumFindings);
  },
});

/** Reads bounds by the names of views as they are shown, or gives the part that is none. */
function parseAges(
  text: string,
): { readonly ages: ReadonlyMap<string, number> } | { readonly wrong: string } {
  const ages = new Map<string, number>();
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '') continue;
    const [, name = '', age = ''] = /^(.+?)\s*=\s*([^=]+)$/.exec(part) ?? [];
    const ageMs = parseDuration(age);
    if (name === '' || ageMs === null || ageMs > LONGEST_MS) return { wrong: part };
    ages.set(name, ageMs);
  }
  return { ages };
}
