import { bytesSetting, countSetting, type Setting } from './setting.ts';

/** Facts of the target's machine that SQL does not tell; 0 means unknown, and rules that need them stay silent. */
export const TARGET_SETTINGS: Readonly<Record<'memoryBytes' | 'cpus' | 'diskBytes', Setting<number>>> = {
  memoryBytes: bytesSetting({
    key: 'target.memory-bytes',
    summary: "Memory of the target's machine; 0 means unknown.",
    default: 0,
    source: 'PostgreSQL tells no client how much memory its machine has',
  }),
  cpus: countSetting({
    key: 'target.cpus',
    summary: "Processors of the target's machine; 0 means unknown.",
    default: 0,
    source: 'PostgreSQL tells no client how many processors its machine has',
  }),
  diskBytes: bytesSetting({
    key: 'target.disk-bytes',
    summary:
      'Size that the database may reach: its volume less WAL, temporary files and other databases; 0 means unknown.',
    default: 0,
    source: 'PostgreSQL tells no client how large its volume is',
  }),
};
