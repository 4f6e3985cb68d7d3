import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AlertConfig, builtInRules, type Rule } from '../../../packages/agent/src/alert/index.ts';
import { loadConfiguration, MEASUREMENTS, readAlertConfig } from '../../../packages/agent/src/app/index.ts';
import { checks } from '../../../packages/agent/src/diagnose/index.ts';
import { formatDuration, formatUnit, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import { temporaryDirectory } from '../../support/index.ts';

const root = join(import.meta.dirname, '../../..');
const PAGE = 'docs/guides/alerts.md';
const page = readFileSync(join(root, PAGE), 'utf8');
const sections = new Map(
  page.split(/^#+ /m).map((section): [string, string] => {
    const [heading = '', ...lines] = section.split('\n');
    return [heading, lines.join(' ')];
  }),
);
const blocks = [...page.matchAll(/^```toml\n(.*?)^```$/gms)].map(([, text = '']) => text);
const environment = Object.fromEntries(
  [...page.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [
    name,
    name.endsWith('URL') ? `https://x.example/${name}` : name,
  ]),
);

let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Reads a block as `pgsteward serve` would read a file of it. */
async function read(text: string): Promise<AlertConfig> {
  const file = join(directory, 'pgsteward.toml');
  await writeFile(file, text);
  const { settings, alertTables } = unwrap(loadConfiguration({ file, overrides: new Map(), environment }));
  return readAlertConfig(alertTables, settings);
}

describe('the configuration on the page of alerts', () => {
  it.each(blocks.map((text, index) => [index + 1, text] as const))('is taken: block %i', async (_, text) => {
    const config = await read(text);
    const own = new Set([...text.matchAll(/^id = "([^"/]+)"$/gm)].map(([, id]) => id));
    const known = MEASUREMENTS.map(({ name }) => name);
    const looked = config.rules.flatMap((rule) =>
      rule.kind === 'measurement' && own.has(rule.id)
        ? [rule.measurement, ...rule.guards.map(({ measurement }) => measurement)]
        : [],
    );
    expect(looked.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('shows every kind of channel', async () => {
    const kinds = (await Promise.all(blocks.map((text) => text.match(/^kind = "(.*)"$/gm) ?? []))).flat();
    expect(new Set(kinds).size).toBe(6);
  });
});

const rules = builtInRules(defaultSettings);
const anchorOf = ({ docs }: Rule): string => docs?.replace(`${PAGE}#`, '') ?? '';

describe('the sections of the rules', () => {
  it('stand for each rule under the anchor to which it links', async () => {
    const all = (await read('')).rules;
    const anchors = new Set(all.map(anchorOf));
    expect(anchors.size).toBeGreaterThan(20);
    expect([...anchors].filter((anchor) => !sections.has(anchor))).toEqual([]);
    expect(all.filter((rule) => anchorOf(rule) !== rule.id)).toEqual([]);
  });

  it.each(rules.map((rule) => [`${rule.id}/${rule.severity}`, rule] as const))(
    'say from when on it fires, and which check explains it: %s',
    (_, rule) => {
      const section = sections.get(rule.id)?.toLowerCase() ?? '';
      if (rule.kind === 'measurement') {
        const threshold = formatUnit(rule.threshold, rule.unit).toLowerCase();
        expect(section).toContain(`${rule.severity} ${rule.direction} ${threshold}`);
        if (rule.forMs > 0) expect(section).toContain(`for ${formatDuration(rule.forMs)}`);
      }
      const explained =
        rule.kind === 'finding' ? (rule.checks ?? []) : [rule.finding].filter((id) => id !== null);
      for (const id of explained) {
        expect(checks.map((check) => check.id)).toContain(id);
        expect(section).toContain(`[${id}](../reference/checks.md#${id.replace('/', '')})`);
      }
    },
  );
});

describe('the links of the page', () => {
  it('lead to headings that it has', () => {
    const slugs = [...sections.keys()].map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    );
    const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(anchors.filter((anchor) => anchor === undefined || !slugs.includes(anchor))).toEqual([]);
  });
});
