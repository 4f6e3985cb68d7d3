import { describe, expect, it } from 'vitest';
import { unwrap } from '../../kernel/index.ts';
import { defaultSettings } from '../../settings/resolve.ts';
import { builtInRules } from '../registry.ts';
import { ALERT_FILE_KEYS, type AlertConfig, parseAlertConfig } from './parse.ts';

const OBJECTIVES = [{ id: 'objective/availability', title: 'Availability', goal: 0.999 }];
const SECRET = 'sEcReT-0123456789';
const slack = { name: 'chat', kind: 'slack', url: `https://hooks.example/${SECRET}` };
const lagRule = { id: 'lag', measurement: 'replica-lag-bytes', threshold: '64 MB' };

const parse = (value: unknown): AlertConfig => unwrap(parseAlertConfig(value, defaultSettings, OBJECTIVES));

/** Gives what is said of a mistake: its place and why. */
function mistake(value: unknown): string {
  const parsed = parseAlertConfig(value, defaultSettings, OBJECTIVES);
  if (parsed.ok) return 'none';
  expect(parsed.error.code).toBe('ALERT.CONFIG_INVALID');
  return `${parsed.error.message}: ${parsed.error.why}`;
}

describe('without a file', () => {
  it('the built-in rules hold, and nobody is told', () => {
    const { rules, channels, root, windows } = parse(undefined);
    expect(rules.filter(({ kind }) => kind !== 'burn-rate')).toEqual(builtInRules(defaultSettings));
    expect(rules.filter(({ kind }) => kind === 'burn-rate').map(({ severity }) => severity)).toEqual([
      'critical',
      'warning',
    ]);
    expect([channels, windows, root.channels]).toEqual([[], [], []]);
  });
});

describe('channels', () => {
  it('are read with their defaults', () => {
    const base = { sendResolved: true, allowLinkLocal: false };
    const { channels, root } = parse({
      channels: [
        slack,
        { name: 'page', kind: 'pagerduty', 'routing-key': SECRET, 'send-resolved': false },
        { name: 'mail', kind: 'email', host: 'mail.example', from: 'a@x.example', to: ['b@x.example'] },
        { name: 'am', kind: 'alertmanager', url: 'http://127.0.0.1:9093', 'allow-link-local': true },
        { name: 'hook', kind: 'webhook', url: 'https://x.example/', token: SECRET },
        { name: 'teams', kind: 'teams', url: 'https://y.example/' },
      ],
    });
    expect(channels).toEqual([
      { ...base, ...slack },
      {
        ...base,
        name: 'page',
        kind: 'pagerduty',
        routingKey: SECRET,
        url: 'https://events.pagerduty.com/v2/enqueue',
        sendResolved: false,
      },
      {
        ...base,
        name: 'mail',
        kind: 'email',
        host: 'mail.example',
        port: 587,
        security: 'starttls',
        user: '',
        password: '',
        from: 'a@x.example',
        to: ['b@x.example'],
      },
      {
        ...base,
        name: 'am',
        kind: 'alertmanager',
        url: 'http://127.0.0.1:9093',
        token: '',
        allowLinkLocal: true,
      },
      { ...base, name: 'hook', kind: 'webhook', url: 'https://x.example/', token: SECRET },
      { ...base, name: 'teams', kind: 'teams', url: 'https://y.example/' },
    ]);
    expect(root.channels).toEqual(['chat', 'page', 'mail', 'am', 'hook', 'teams']);
  });

  it.each([
    ['tls', 465],
    ['starttls', 587],
    ['none', 25],
  ])('of mail with security %s go to port %i', (security, port) => {
    const mail = { name: 'mail', kind: 'email', host: 'h', from: 'a', to: ['b'], security };
    expect(parse({ channels: [mail] }).channels[0]).toMatchObject({ port });
  });
});

describe('routes', () => {
  const config = parse({
    channels: [slack, { ...slack, name: 'other' }],
    'default-channels': ['other'],
    routes: [
      {
        match: ['severity="critical"'],
        channels: ['chat'],
        'group-by': ['...'],
        'group-wait': '5 s',
        'repeat-interval': 3_600_000,
        continue: true,
        routes: [{ match: ['target=~"shop.*"'] }],
      },
    ],
  });

  it('inherit what they do not say', () => {
    expect(config.root).toMatchObject({
      channels: ['other'],
      groupBy: ['alertname', 'target'],
      groupWaitMs: 30_000,
    });
    const [route] = config.root.routes;
    const given = { channels: ['chat'], groupBy: ['...'], groupWaitMs: 5_000, repeatIntervalMs: 3_600_000 };
    expect(route).toMatchObject({ ...given, groupIntervalMs: 300_000, isContinued: true });
    expect(route?.routes[0]).toMatchObject({ ...given, isContinued: false });
  });

  it('end with one for the watchdog that leads nowhere', () => {
    expect(config.root.routes.at(-1)).toMatchObject({
      matchers: [{ label: 'alertname', operator: '=', value: 'watchdog' }],
      channels: [],
    });
  });
});

describe('rules', () => {
  it('take what they do not say from the settings', () => {
    expect(parse({ rules: [lagRule] }).rules.find(({ id }) => id === 'lag')).toEqual({
      kind: 'measurement',
      id: 'lag',
      title: 'lag',
      severity: 'warning',
      labels: {},
      measurement: 'replica-lag-bytes',
      direction: 'above',
      unit: 'bytes',
      threshold: 64 * 1024 ** 2,
      recoverThreshold: expect.closeTo(0.9 * 64 * 1024 ** 2, 3),
      guards: [],
      forMs: 0,
      keepFiringMs: 120_000,
      noDataMs: 300_000,
      summary: '{target}: {value} (threshold {threshold})',
      docs: null,
      finding: null,
    });
  });

  it('say all of it themselves', () => {
    const given = {
      id: 'cold',
      title: 'Cold',
      severity: 'critical',
      measurement: 'buffer-hit-ratio',
      direction: 'below',
      threshold: 0.5,
      'recover-threshold': '0.6',
      for: '2 min',
      'keep-firing': '1 min',
      'no-data': '1 h',
      labels: { team: 'db' },
      summary: '{value}',
      runbook: 'https://wiki.example/cold',
      finding: 'diagnose/buffer-hit-ratio',
      only: [{ measurement: 'wal-bytes-per-second', 'at-least': '1 kB' }],
    };
    expect(parse({ rules: [given] }).rules.find(({ id }) => id === 'cold')).toMatchObject({
      severity: 'critical',
      unit: 'ratio',
      threshold: 0.5,
      recoverThreshold: 0.6,
      forMs: 120_000,
      keepFiringMs: 60_000,
      noDataMs: 3_600_000,
      labels: { team: 'db' },
      docs: 'https://wiki.example/cold',
      guards: [{ measurement: 'wal-bytes-per-second', atLeast: 1_024 }],
    });
  });

  it('replace the built-in ones of the same id, and may be switched off', () => {
    const own = parse({
      rules: [{ ...lagRule, id: 'deadlocks' }],
      'disabled-rules': ['temp-files', 'error-budget-burn'],
    }).rules;
    expect(own.filter(({ id }) => id === 'deadlocks')).toMatchObject([{ measurement: 'replica-lag-bytes' }]);
    expect(own.some(({ id }) => id === 'temp-files' || id === 'error-budget-burn')).toBe(false);
  });

  it('of an objective go by the goal that the file gives', () => {
    const { rules } = parse({ objectives: [{ id: 'objective/availability', title: 'Up', goal: 0.99 }] });
    expect(rules.filter(({ kind }) => kind === 'burn-rate')).toMatchObject([
      { goal: 0.99, title: 'Up', severity: 'critical' },
      { goal: 0.99, title: 'Up', severity: 'warning' },
    ]);
  });
});

describe('windows and inhibitions', () => {
  it('are read', () => {
    const { windows, inhibitions } = parse({
      windows: [{ name: 'nightly', cron: '0 2 * * *', duration: '2 h', match: ['target="shop"'] }],
      inhibit: [{ source: ['alertname="a"'], muted: ['alertname="b"'], equal: ['target'] }],
    });
    expect(windows).toEqual([
      {
        name: 'nightly',
        cron: '0 2 * * *',
        timeZone: 'UTC',
        durationMs: 7_200_000,
        matchers: [{ label: 'target', operator: '=', value: 'shop' }],
      },
    ]);
    expect(inhibitions).toHaveLength(4);
    expect(inhibitions.at(-1)).toMatchObject({ equal: ['target'] });
  });
});

const window = { name: 'w', cron: '0 2 * * *', duration: '1 h' };

describe('a mistake', () => {
  it.each<[string, unknown, RegExp | string]>([
    ['alert', { chanels: [] }, 'chanels'],
    ['alert.channels', { channels: {} }, 'array'],
    ['alert.channels[0].kind', { channels: [{ name: 'x', kind: 'sms' }] }, 'pagerduty'],
    ['alert.channels[0].name', { channels: [{ ...slack, name: 'a b' }] }, 'letters'],
    ['alert.channels[0]', { channels: [{ ...slack, colour: 'red' }] }, 'colour'],
    ['alert.channels[0].url', { channels: [{ ...slack, url: 'ftp://x' }] }, 'http or https'],
    ['alert.channels[1]', { channels: [slack, slack] }, 'same name'],
    ['alert.channels[0].to', { channels: [{ name: 'm', kind: 'email', host: 'h', from: 'a', to: [] }] }, '1'],
    ['alert.default-channels[0]', { 'default-channels': ['none'] }, 'known are none'],
    ['alert.routes[0].channels[0]', { channels: [slack], routes: [{ channels: ['x'] }] }, 'known are chat'],
    ['alert.routes[0].routes[0].channels[0]', { routes: [{ routes: [{ channels: ['x'] }] }] }, '"x"'],
    ['alert.routes[0].match[0]', { routes: [{ match: ['critical'] }] }, 'operator'],
    ['alert.routes[0].group-wait', { routes: [{ 'group-wait': 'soon' }] }, 'duration'],
    ['alert.rules[0].threshold', { rules: [{ ...lagRule, threshold: '5 min' }] }, 'bytes'],
    ['alert.rules[0].recover-threshold', { rules: [{ ...lagRule, 'recover-threshold': '1 GB' }] }, 'above'],
    ['alert.rules[0].labels', { rules: [{ ...lagRule, labels: { severity: 'x' } }] }, 'pgsteward sets'],
    ['alert.rules[0].severity', { rules: [{ ...lagRule, severity: 'page' }] }, 'critical'],
    [
      'alert.rules[0].only[1].at-least',
      {
        rules: [
          {
            ...lagRule,
            only: [
              { measurement: 'wal-bytes-per-second', 'at-least': 1 },
              { measurement: 'oldest-transaction-ms', 'at-least': '1 MB' },
            ],
          },
        ],
      },
      'ms',
    ],
    ['alert.rules[1]', { rules: [lagRule, lagRule] }, 'same id and severity'],
    ['alert.disabled-rules[0]', { 'disabled-rules': ['temp-file'] }, 'temp-files'],
    ['alert.windows[0].cron', { windows: [{ ...window, cron: '99 * * * *' }] }, /./],
    ['alert.windows[0].time-zone', { windows: [{ ...window, 'time-zone': 'Mars/X' }] }, /time ?zone/i],
    ['alert.windows[0].duration', { windows: [{ ...window, duration: 0 }] }, 'longer'],
    ['alert.inhibit[0].source', { inhibit: [{ source: [], muted: ['a=b'] }] }, '1'],
    ['alert.objectives[0]', { objectives: [{ id: 'objective/x', goal: 0.9 }] }, 'objective/availability'],
    [
      'alert.objectives[0].goal',
      { objectives: [{ id: 'objective/availability', goal: 1 }] },
      'Too big: expected number to be <1',
    ],
  ])('is named with its place: %s', (place, value, reason) => {
    expect(mistake(value)).toContain(` is wrong at ${place}: `);
    expect(mistake(value)).toMatch(reason);
  });

  it.each<[string, unknown]>([
    ['an address that is none', { channels: [{ ...slack, url: SECRET }] }],
    ['an address of another kind', { channels: [{ ...slack, url: `ftp://${SECRET}` }] }],
    ['a key that is a list', { channels: [{ name: 'p', kind: 'pagerduty', 'routing-key': [SECRET] }] }],
    ['a token of a channel that takes none', { channels: [{ ...slack, token: SECRET }] }],
    ['a password beside a mistake', { channels: [{ name: 'm', kind: 'email', password: SECRET }] }],
    ['an address in place of a name', { channels: [slack], 'default-channels': [slack.url] }],
    ['an address in a route', { channels: [slack], routes: [{ channels: [slack.url] }] }],
  ])('quotes no secret: %s', (_, value) => {
    expect(mistake(value)).toContain('is wrong at alert.');
    expect(mistake(value)).not.toContain(SECRET);
  });
});

describe('the keys of the file', () => {
  it('are those that the parser knows', () => {
    const said = ALERT_FILE_KEYS.map((key) => mistake({ [key]: 1 }));
    expect(said.filter((text) => text.includes('Unrecognized'))).toEqual([]);
    expect(said.every((text) => text.includes('is wrong at'))).toBe(true);
  });
});
