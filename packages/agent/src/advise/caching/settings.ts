import {
  bytesSetting,
  countSetting,
  durationSetting,
  ratioSetting,
  type Setting,
} from '../../settings/index.ts';

/** Numbers that the advice on caching rests on. */
export const CACHING_SETTINGS: Readonly<
  Record<
    | 'windowMs'
    | 'minimumMs'
    | 'statements'
    | 'minimumTimeRatio'
    | 'minimumCallsPerHour'
    | 'roundTripMs'
    | 'minimumHitRatio'
    | 'acceptedStalenessMs'
    | 'maximumTtlMs'
    | 'sufficientRatio'
    | 'exactRatio'
    | 'listValues'
    | 'rangeForms'
    | 'pages'
    | 'dependentRatio'
    | 'betterRatio'
    | 'replicaMeanMs'
    | 'entryOverheadBytes',
    Setting<number>
  >
> = {
  windowMs: durationSetting({
    key: 'advise.caching.window-ms',
    summary: 'How far back the history is read.',
    default: 7 * 86_400_000,
    minimum: 60_000,
    source: 'a week holds every hour of the day and every day of the week',
  }),
  minimumMs: durationSetting({
    key: 'advise.caching.minimum-ms',
    summary: 'History from which it is judged instead of the counters since their reset.',
    default: 3_600_000,
    source: 'less says little about how often results would be asked for again',
  }),
  statements: countSetting({
    key: 'advise.caching.statements-count',
    summary: 'Statements with the longest total time that are judged.',
    default: 100,
    minimum: 1,
    maximum: 1_000,
    source: 'what lies behind them is a few per cent of the time at most',
  }),
  minimumTimeRatio: ratioSetting({
    key: 'advise.caching.minimum-time-ratio',
    summary: 'Share of the execution time of all statements from which a statement is worth a cache.',
    default: 0.01,
    source: 'below it the whole statement is not worth an hour of work',
  }),
  minimumCallsPerHour: countSetting({
    key: 'advise.caching.minimum-calls-per-hour-count',
    summary: 'Calls in an hour from which a statement is read often.',
    default: 60,
    source: 'one a minute: with less, results grow old unread',
  }),
  roundTripMs: durationSetting({
    key: 'advise.caching.round-trip-ms',
    summary: 'What a look into the shared cache costs a reader.',
    default: 0.3,
    minimum: 0,
    maximum: 1_000,
    source: 'a GET of Redis over the network of one data centre takes 0.2 to 0.5 ms',
  }),
  minimumHitRatio: ratioSetting({
    key: 'advise.caching.minimum-hit-ratio',
    summary: 'Predicted share of reads that a cache answers from which it is advised.',
    default: 0.2,
    source: 'below it four of five reads pay for the look-up beside the load',
  }),
  acceptedStalenessMs: durationSetting({
    key: 'advise.caching.accepted-staleness-ms',
    summary: 'Age that readers accept where only time ends a result.',
    default: 3_600_000,
    minimum: 1_000,
    source: 'reference specification: product search is cached for an hour',
  }),
  maximumTtlMs: durationSetting({
    key: 'advise.caching.maximum-ttl-ms',
    summary: 'Time after which a result goes although nothing it depends on has changed.',
    default: 86_400_000,
    minimum: 1_000,
    source: 'it gives back the memory of what nobody asks for any more',
  }),
  sufficientRatio: ratioSetting({
    key: 'advise.caching.sufficient-ratio',
    summary: 'Share of the hit ratio of the longest time for which a shorter time is taken.',
    default: 0.95,
    source: 'the last hits cost the most memory and staleness',
  }),
  exactRatio: ratioSetting({
    key: 'advise.caching.exact-ratio',
    summary:
      'Share of the hit ratio of time alone for which results are dropped by changes instead, and never old.',
    default: 0.8,
    source: 'an answer that is right is worth a fifth of the hits',
  }),
  listValues: countSetting({
    key: 'advise.caching.list-values-count',
    summary: 'Values that a list such as `= any ($1)` is taken to hold.',
    default: 3,
    minimum: 1,
    maximum: 100,
    source: 'the server counts no lengths; reference workload: three categories',
  }),
  rangeForms: countSetting({
    key: 'advise.caching.range-forms-count',
    summary: 'Different ranges of one column that readers are taken to ask for.',
    default: 10,
    minimum: 1,
    source: 'the server counts no parameters; a filter with fixed steps offers about as many',
  }),
  pages: countSetting({
    key: 'advise.caching.pages-count',
    summary: 'Pages that readers are taken to ask for by OFFSET.',
    default: 3,
    minimum: 1,
    source: 'few turn further than the third page',
  }),
  dependentRatio: ratioSetting({
    key: 'advise.caching.dependent-ratio',
    summary: 'Share of reads whose lists, ranges and pages go with the values that can be counted.',
    default: 0.5,
    source: 'the server does not tell: the middle of what is possible, until the cache has measured it',
  }),
  betterRatio: ratioSetting({
    key: 'advise.caching.better-ratio',
    summary:
      'Share of its planned cost that an index must take off a statement to be advised instead of a cache.',
    default: 0.5,
    source: 'an index is never stale',
  }),
  replicaMeanMs: durationSetting({
    key: 'advise.caching.replica-mean-ms',
    summary: 'Mean execution time from which a read that a cache does not help is sent to a replica.',
    default: 100,
    source: 'the way to another server costs less than a hundredth of it',
  }),
  entryOverheadBytes: bytesSetting({
    key: 'advise.caching.entry-overhead-bytes',
    summary: 'What an entry takes beside its rows: key, tags and versions.',
    default: 300,
    source:
      'reckoned: a key of about 60 bytes, a header with two tags, and their places in the dictionary of Redis',
  }),
};

/** The same by name, as numbers. */
export type CachingValues = Readonly<Record<keyof typeof CACHING_SETTINGS, number>>;
