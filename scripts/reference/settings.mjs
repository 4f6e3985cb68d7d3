/** settings.md: every setting with its unit, default and the source of the default. */
import { code, page, table } from './markdown.mjs';

/** Shows a setting's default as a person would write it. */
function showDefault(setting, formatUnit) {
  if (setting.default === '') return '(empty)';
  if (typeof setting.default !== 'number') return code(JSON.stringify(setting.default));
  return setting.unit === null ? String(setting.default) : formatUnit(setting.default, setting.unit);
}

/** Shows the values that a setting takes; one without an upper bound of its own shows the lower. */
function showRange({ range, unit }, formatUnit) {
  if (range === null) return '';
  const show = (value) => formatUnit(value, unit);
  return range.maximum === Number.MAX_SAFE_INTEGER
    ? `≥ ${show(range.minimum)}`
    : `${show(range.minimum)} – ${show(range.maximum)}`;
}

/** Renders the table of some settings. */
export function settingsTable(settings, { formatUnit }) {
  return table(
    ['setting', 'unit', 'default', 'range', 'what it changes', 'why this default'],
    settings.map((setting) => [
      code(setting.key),
      setting.unit ?? 'text',
      showDefault(setting, formatUnit),
      showRange(setting, formatUnit),
      setting.summary,
      setting.source,
    ]),
  );
}

/** Renders settings.md. */
export function settingsPage({ settingDefinitions, environmentName, formatUnit }) {
  const areas = groupByArea(settingDefinitions);
  const sections = [...areas].map(
    ([area, settings]) => `## ${area}\n\n${settingsTable(settings, { formatUnit })}`,
  );
  const example = settingDefinitions[0];
  return page(
    'Settings',
    [
      'A value comes from the strongest source that gives it: `--set key=value`, then the environment, then `pgsteward.toml`, then the default. `pgsteward config --origin` shows which.',
      `In the environment ${code(example.key)} is called ${code(environmentName(example.key))}: upper case, with underscores for dots and dashes. Durations are kept in milliseconds and may be written \`200ms\`, \`5 min\`, \`35 d\`; sizes in bytes, \`8kB\`, \`100 MB\`; ratios lie between 0 and 1. [schemas/config.json](schemas/config.json) is the JSON Schema of the file, for editors.`,
    ].join('\n\n'),
    sections,
  );
}

function areaOf(setting) {
  return setting.key.split('.')[0];
}

function groupByArea(settings) {
  const groups = new Map();
  for (const setting of settings) {
    groups.set(areaOf(setting), [...(groups.get(areaOf(setting)) ?? []), setting]);
  }
  return groups;
}
