import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { splitStatements } from '../../../packages/agent/src/sql/index.ts';

/** One file of a query folder, read as `eval_indexes.py` reads it. */
export interface QueryFile {
  /** Name of the file without zeros in front: `1` for `01.sql`. */
  readonly id: string;
  /** Statements before the first SELECT, such as `create view`. */
  readonly before: readonly string[];
  readonly select: string;
  /** `drop` statements behind it. */
  readonly after: readonly string[];
}

/** Reads the queries of a folder, in the order of their file names. */
export function readQueryFiles(folder: string, excluded: ReadonlySet<string>): readonly QueryFile[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  return files.flatMap((file) => {
    const id = basename(file, '.sql').replace(/^0+(?=.)/, '');
    if (excluded.has(id)) return [];
    const split = splitStatements(readFileSync(join(folder, file), 'utf8'));
    if (!split.ok) throw new Error(`${file}, line ${split.line}: ${split.reason}`);
    const at = split.statements.findIndex((sql) => /^\(*\s*(select|with)\b/i.test(sql));
    const select = split.statements[at];
    if (select === undefined) throw new Error(`${file}: no SELECT found`);
    const after = split.statements.slice(at + 1).filter((sql) => /^drop\s/i.test(sql));
    return [{ id, before: split.statements.slice(0, at), select, after }];
  });
}

/** Name of the view that a statement makes; null when it makes none. */
export function viewName(sql: string): string | null {
  const name = /^create\s+(?:or\s+replace\s+)?(?:temp\w*\s+)?view\s+("(?:[^"]|"")+"|[\w.]+)/i.exec(sql)?.[1];
  if (name === undefined) return null;
  return name.startsWith('"')
    ? name.slice(1, -1).replaceAll('""', '"')
    : (name.toLowerCase().split('.').at(-1) ?? null);
}
