import { quoteIdentifier, quoteLiteral } from '../kernel/index.ts';
import type { SettingFacts } from '../observe/index.ts';

const RELOAD = 'select pg_catalog.pg_reload_conf();';
const PLAIN = /^-?\d+(\.\d+)?$|^(on|off)$/;

/** SQL to give a setting a value, and SQL that takes it back. */
export interface SettingStatements {
  readonly do: readonly string[];
  readonly undo: readonly string[];
}

/** A value set on the database wins over the configuration file, so it is changed where it was set. */
export function settingStatements(setting: SettingFacts, value: string, database: string): SettingStatements {
  const name = quoteIdentifier(setting.name);
  const written = PLAIN.test(value) ? value : quoteLiteral(value);
  if (setting.source === 'database') {
    const target = `alter database ${quoteIdentifier(database)}`;
    return {
      do: [`${target} set ${name} = ${written};`],
      undo: [`${target} set ${name} = ${quoteLiteral(setting.value)};`],
    };
  }
  // What ALTER SYSTEM wrote before is put back; a value of another file comes back by itself.
  const isOwn = setting.sourceFile?.endsWith('postgresql.auto.conf') === true;
  const undo = isOwn
    ? `alter system set ${name} = ${quoteLiteral(setting.value)};`
    : `alter system reset ${name};`;
  return { do: [`alter system set ${name} = ${written};`, RELOAD], undo: [undo, RELOAD] };
}

/** Says why a setting cannot be changed by SQL from here; null when it can. */
export function settingObstacle(setting: SettingFacts): string | null {
  switch (setting.source) {
    case 'default':
    case 'configuration file':
    case 'database':
      return null;
    default:
      return `${setting.name} is set by ${setting.source}, which is stronger than ALTER SYSTEM`;
  }
}
