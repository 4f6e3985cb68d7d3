import { quoteIdentifier, quoteQualified } from '../kernel/index.ts';

/** Columns of one table that belong together. */
export interface TableColumns {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** SQL that gives columns statistics of their own, gathers them, and takes them away again; without semicolons. */
export interface ExtendedStatisticsSql {
  readonly create: string;
  readonly analyze: string;
  readonly drop: string;
}

/** @source PostgreSQL src/include/statistics/statistics.h, STATS_MAX_DIMENSIONS */
const MAXIMUM_COLUMNS = 8;

/** Longest stem whose name fits into 63 bytes, even of characters of four bytes. */
const STEM_CHARACTERS = 14;
const ASCII_STEM_CHARACTERS = 57;

/**
 * Writes the SQL of extended statistics on the first eight columns: of every kind, since what misleads the planner is not
 * known from the plan.
 */
export function extendedStatisticsSql({ schema, table, columns }: TableColumns): ExtendedStatisticsSql {
  const name = quoteQualified(schema, statisticsName([table, ...columns].join('_')));
  const target = quoteQualified(schema, table);
  const list = columns.slice(0, MAXIMUM_COLUMNS).map(quoteIdentifier).join(', ');
  return {
    create: `create statistics ${name} (dependencies, ndistinct, mcv) on ${list} from ${target}`,
    analyze: `analyze ${target}`,
    drop: `drop statistics if exists ${name}`,
  };
}

/** @source PostgreSQL src/backend/commands/statscmds.c, ChooseExtendedStatisticName: table, columns, `stat` */
function statisticsName(stem: string): string {
  const isAscii = /^[\x20-\x7e]*$/.test(stem);
  return `${[...stem].slice(0, isAscii ? ASCII_STEM_CHARACTERS : STEM_CHARACTERS).join('')}_stat`;
}
