import * as z from 'zod';
import { readRelations } from '../../../app/index.ts';
import { countOf, displayName } from '../../../kernel/index.ts';
import { defineTool } from '../define-tool.ts';
import { rangeOf, target, targetOf, type WindowLength, window } from '../inputs.ts';
import { finding } from '../outputs.ts';
import type { Call, McpTarget, Tool } from '../types.ts';
import { findingsOf } from './health.ts';

const number = z.number().nullable();
/** More tables than a model would ever look through. */
const MOST_RELATIONS = 5_000;
const name = z.string().max(300).optional().describe('Part of schema.name');

/** Shows how tables do. */
export const getTableHealth: Tool = defineTool({
  name: 'get_table_health',
  title: 'Tables',
  description: 'Tables by size: scans, writes, dead rows, HOT and hit ratio, vacuums, freeze age, findings.',
  input: { target, window, name },
  output: {
    tables: z.array(
      z.object({
        schema: z.string(),
        name: z.string(),
        totalBytes: number,
        indexesBytes: number,
        liveRows: number,
        deadRows: number,
        sequentialScans: z.number(),
        sequentialRows: z.number(),
        indexScans: z.number(),
        rowsWritten: z.number(),
        hotRatio: number,
        hitRatio: number,
        vacuums: z.number(),
        frozenAge: number,
        findings: z.array(z.string()),
      }),
    ),
    findings: z.array(finding).describe('In full, of the table that `name` means'),
  },
  list: 'tables',
  async run(given, call) {
    const { one, relations, found } = await read(given, call, 'table');
    const tables = relations.tables.filter((row) => isNamed(row, given.name));
    const data = { tables, findings: tables.length === 1 ? found : [] };
    return { headline: countOf(tables.length, 'table'), target: one.connection.name, data };
  },
});

/** Shows how indexes do. */
export const getIndexHealth: Tool = defineTool({
  name: 'get_index_health',
  title: 'Indexes',
  description:
    'Indexes by size: scans, rows read, hit ratio, and findings such as unused, duplicate, invalid, bloated.',
  input: { target, window, name, withFindings: z.boolean().default(false).describe('Only those') },
  output: {
    indexes: z.array(
      z.object({
        schema: z.string(),
        name: z.string(),
        table: z.string(),
        sizeBytes: number,
        scans: z.number(),
        rowsRead: z.number(),
        hitRatio: number,
        findings: z.array(z.string()),
      }),
    ),
    findings: z.array(finding).describe('In full, of the index that `name` means'),
  },
  list: 'indexes',
  async run(given, call) {
    const { one, relations, found } = await read(given, call, 'index');
    const indexes = relations.indexes.filter(
      (row) => isNamed(row, given.name) && (!given.withFindings || row.findings.length > 0),
    );
    const data = { indexes, findings: indexes.length === 1 ? found : [] };
    return {
      headline: countOf(indexes.length, 'index', 'indexes'),
      target: one.connection.name,
      data,
      next: 'what_if_index to try one without building it',
    };
  },
});

async function read(
  given: {
    readonly target?: string | undefined;
    readonly window: WindowLength;
    readonly name?: string | undefined;
  },
  { source }: Call,
  kind: string,
) {
  const one: McpTarget = targetOf(source, given.target);
  const { view, report } = await findingsOf(source, one);
  const history = await source.store.target(one.connection.name);
  const relations = await readRelations(history, rangeOf(source, given.window), {
    limit: MOST_RELATIONS,
    report,
  });
  const found = view.findings.filter(
    ({ subjectKind, subject }) => subjectKind === kind && subject.includes(given.name ?? ''),
  );
  return { one, relations, found };
}

function isNamed(row: { readonly schema: string; readonly name: string }, part: string | undefined): boolean {
  return (
    part === undefined || `${row.schema}.${row.name} ${displayName(row.schema, row.name)}`.includes(part)
  );
}
