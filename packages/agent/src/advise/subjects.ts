import type { Subject } from '../diagnose/index.ts';
import type { IndexFacts, Snapshot, TableFacts } from '../observe/index.ts';

/** Finds the index that a finding is about; null when it is none, or the listing could not be read. */
export function indexOf(snapshot: Snapshot, subject: Subject): IndexFacts | null {
  const { indexes } = snapshot.sections;
  if (subject.kind !== 'index' || indexes.status !== 'ok') return null;
  return indexes.data.find((index) => index.schema === subject.schema && index.name === subject.name) ?? null;
}

/** Finds the table that a finding is about. */
export function tableOf(snapshot: Snapshot, subject: Subject): TableFacts | null {
  const { tables } = snapshot.sections;
  if (subject.kind !== 'table' || tables.status !== 'ok') return null;
  return tables.data.find((table) => table.schema === subject.schema && table.name === subject.name) ?? null;
}

/** Finds a table by its object id. */
export function tableByOid(snapshot: Snapshot, oid: number): TableFacts | null {
  const { tables } = snapshot.sections;
  return tables.status === 'ok' ? (tables.data.find((table) => table.oid === oid) ?? null) : null;
}

/** Turns the server's own index definition into one that builds without blocking writes. */
export function concurrently(definition: string): string {
  return `${definition.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')};`;
}

/** Turns the server's own definition of a partitioned index, which leaves the partitions out, into one of the whole. */
export function everywhere(definition: string): string {
  return `${definition.replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|[^ "]+) ON )ONLY /, '$1')};`;
}
