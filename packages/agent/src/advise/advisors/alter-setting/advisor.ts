import { quoteIdentifier, quoteLiteral } from '../../../kernel/index.ts';
import type { SettingFacts } from '../../../observe/index.ts';
import type { Advisor } from '../../types.ts';

/** Switches on the timing of reads and writes. */
export const alterSetting: Advisor = {
  id: 'advise/alter-setting',
  remedies: ['diagnose/track-io-timing-off'],
  advise: (finding, snapshot) => {
    const { serverSettings } = snapshot.sections;
    const { name } = finding.subject;
    const setting = serverSettings.status === 'ok' ? serverSettings.data.get(name) : undefined;
    if (setting === undefined || setting.type !== 'bool') return null;
    return {
      id: `alter-setting/${name}`,
      kind: 'alter-setting',
      title: `Switch ${name} on`,
      ...statements(setting, snapshot.server.database),
      effect: { metric: name, before: 0, after: 1, unit: 'count', method: 'by definition' },
      risk: {
        level: 'low',
        why: 'each block read takes two readings of the clock, which is slow only on machines with a slow clock',
      },
    };
  },
};

/** A value set on the database wins over the configuration file, so it is changed where it was set. */
function statements(
  setting: SettingFacts,
  database: string,
): { readonly do: readonly string[]; readonly undo: readonly string[] } {
  const name = quoteIdentifier(setting.name);
  if (setting.source === 'database') {
    const target = `alter database ${quoteIdentifier(database)}`;
    return {
      do: [`${target} set ${name} = on;`],
      undo: [`${target} set ${name} = ${quoteLiteral(setting.value)};`],
    };
  }
  const reload = 'select pg_catalog.pg_reload_conf();';
  return {
    do: [`alter system set ${name} = on;`, reload],
    undo: [`alter system reset ${name};`, reload],
  };
}
