import { displayIdentifier, displayName, formatBytes, formatRatioBeside } from '../../../kernel/index.ts';
import type { TableFacts } from '../../../observe/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { blockReads } from '../../block-reads.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { minimumIntervalSetting } from '../../observed-since.ts';
import { BLOCK_BYTES } from '../../statement-finding.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumRatio: ratioSetting({
    key: 'diagnose.buffer-hit-ratio.minimum-ratio',
    summary: 'Share of blocks found in shared buffers below which it is a warning.',
    default: 0.98,
    source: 'reference specification: buffer hit above 98 %',
  }),
  minimumBlocks: countSetting({
    key: 'diagnose.buffer-hit-ratio.minimum-blocks-count',
    summary: 'Blocks asked for below which a ratio says nothing.',
    default: 100_000,
    source: 'about 800 MB: after a start every block is read once before it can be found',
  }),
  minimumInterval: minimumIntervalSetting,
};

const WORST_TABLES = 3;

/** Finds databases that read more from the operating system than the service level allows. */
export const bufferHitRatio: Check = defineCheck({
  id: 'diagnose/buffer-hit-ratio',
  title: 'Buffer hit ratio',
  needs: ['tables', 'database'],
  source: 'PostgreSQL docs 27.2.21 "pg_statio_all_tables"',
  settings,
  run: ({ sections, values, threshold, observation, snapshot }) => {
    const reads = blockReads(observation, values.minimumInterval);
    if (reads?.hitRatio == null || reads.hitBlocks + reads.readBlocks < values.minimumBlocks) return [];
    if (reads.hitRatio >= values.minimumRatio) return [];
    const { serverSettings } = snapshot.sections;
    const buffers = serverSettings.status === 'ok' ? serverSettings.data.get('shared_buffers') : undefined;
    const { name } = sections.database;
    const worst = sections.tables.toSorted((a, b) => blocksRead(b) - blocksRead(a)).slice(0, WORST_TABLES);
    return [
      finding({
        severity: 'warning',
        subject: { kind: 'database', schema: '', name },
        title: `${formatRatioBeside(reads.hitRatio, values.minimumRatio)} of the blocks that ${displayIdentifier(name)} asked for were in shared buffers`,
        evidence: {
          hitRatio: reads.hitRatio,
          hitBlocksCount: reads.hitBlocks,
          readBlocksCount: reads.readBlocks,
          readBytes: reads.readBlocks * BLOCK_BYTES,
          sharedBuffersBytes: buffers?.number ?? null,
          databaseSizeBytes: sections.database.sizeBytes,
          mostReadTables: worst
            .filter((table) => blocksRead(table) > 0)
            .map((table) => displayName(table.schema, table.name)),
          observed: reads.observed,
        },
        threshold: threshold('minimumRatio'),
        remedy: `look for scans that read too much first (diagnose/index-scan-ratio, diagnose/heavy-query); then raise shared_buffers${
          buffers?.number == null ? '' : ` (${formatBytes(buffers.number)} now)`
        } towards a quarter of the memory`,
      }),
    ];
  },
});

function blocksRead(table: TableFacts): number {
  return table.heapBlocksRead + table.indexBlocksRead + table.toastBlocksRead;
}
