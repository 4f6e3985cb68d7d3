import { displayIdentifier, displayName, quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import type { IndexFacts, TableFacts } from '../../../observe/index.ts';
import type {
  Alternatives,
  Comparison,
  ParsedStatement,
  PatternMatch,
  Predicate,
} from '../../../sql/index.ts';
import type { Catalogue, FoundColumn } from '../../catalogue.ts';
import { indexExpressionShapes } from '../../index-expressions.ts';

/** A condition that no index can serve as it is written. */
export interface Fault {
  /** What is written, for a title: `lower(category) = …`. */
  readonly condition: string;
  readonly table: TableFacts;
  /** Rows of the largest table that it makes PostgreSQL read. */
  readonly rows: number;
  /** The bare column leads an index, which the condition keeps from being used. */
  readonly defeatsIndex: boolean;
  readonly remedy: string;
}

/** Finds the faults of a statement on tables of a size. */
export function findFaults(
  statement: ParsedStatement,
  catalogue: Catalogue,
  minimumRows: number,
): readonly Fault[] {
  const judge = (predicate: Predicate): readonly Fault[] => {
    const faults = judgePredicate(predicate, catalogue, statement);
    const nested = predicate.kind === 'or' ? predicate.arms.flatMap((arm) => (arm ?? []).flatMap(judge)) : [];
    return [...faults.filter((fault) => fault.rows >= minimumRows), ...nested];
  };
  const all = statement.predicates.flatMap(judge);
  return [...new Map(all.map((fault) => [`${fault.table.oid} ${fault.condition}`, fault])).values()];
}

/** Tells whether another condition on the table is an equality that an index serves. */
export function isServedOtherwise(
  statement: ParsedStatement,
  table: TableFacts,
  catalogue: Catalogue,
): boolean {
  return statement.predicates.some((predicate) => {
    if (predicate.kind !== 'comparison' || !isEquality(predicate) || predicate.operand.shape !== null)
      return false;
    const found = catalogue.column(predicate.operand.column);
    return found !== null && found.table.oid === table.oid && leadsIndex(found, catalogue);
  });
}

function isEquality(comparison: Comparison): boolean {
  return comparison.operator === '=' || comparison.operator === 'in';
}

function judgePredicate(
  predicate: Predicate,
  catalogue: Catalogue,
  statement: ParsedStatement,
): readonly Fault[] {
  switch (predicate.kind) {
    case 'comparison':
      return judgeComparison(predicate, catalogue);
    case 'pattern':
      return judgePattern(predicate, catalogue);
    case 'or':
      return judgeAlternatives(predicate, catalogue);
    case 'not-in-subquery':
      return judgeExclusion(predicate, catalogue, statement);
  }
}

function judgeComparison(comparison: Comparison, catalogue: Catalogue): readonly Fault[] {
  const { operand, operator } = comparison;
  const found = catalogue.column(operand.column);
  if (found === null) return [];
  const defeatsIndex = leadsIndex(found, catalogue);
  if (operand.shape === null || operand.display === null) {
    return defeatsIndex ? judgeImplicitCast(comparison, found, catalogue) : [];
  }
  const shapes = catalogue
    .indexesOf(found.table.oid)
    .flatMap((index) => indexExpressionShapes(index).slice(0, 1));
  if (shapes.includes(operand.shape)) return [];
  return [
    {
      condition: `${operand.display} ${operator} …`,
      table: found.table,
      rows: catalogue.rows(found.table.oid),
      defeatsIndex,
      remedy: expressionRemedy(operand.shape, found),
    },
  ];
}

/** Types whose comparison with the column's makes PostgreSQL convert the column, row by row. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  int2: ['numeric', 'float4', 'float8'],
  int4: ['numeric', 'float4', 'float8'],
  int8: ['numeric', 'float4', 'float8'],
  numeric: ['float4', 'float8'],
  bpchar: ['text', 'varchar'],
};

function judgeImplicitCast(
  comparison: Comparison,
  found: FoundColumn,
  catalogue: Catalogue,
): readonly Fault[] {
  const type = found.column?.typeName ?? '';
  const other = comparison.constantType ?? '';
  if (WIDER[type]?.includes(other) !== true) return [];
  return [
    {
      condition: `${displayIdentifier(found.name)} ${comparison.operator} …::${other}`,
      table: found.table,
      rows: catalogue.rows(found.table.oid),
      defeatsIndex: true,
      remedy: `cast the value to the column's type (${found.column?.type ?? type}) instead of ${other}`,
    },
  ];
}

function judgePattern(pattern: PatternMatch, catalogue: Catalogue): readonly Fault[] {
  const found = pattern.hasLeadingWildcard ? catalogue.column(pattern.column) : null;
  if (found === null) return [];
  const isServed = catalogue
    .indexesOf(found.table.oid)
    .some(
      (index) => (index.method === 'gin' || index.method === 'gist') && index.columns.includes(found.name),
    );
  if (isServed) return [];
  const table = quoteQualified(found.table.schema, found.table.name);
  return [
    {
      condition: `${displayIdentifier(found.name)} ${pattern.operator} '%…'`,
      table: found.table,
      rows: catalogue.rows(found.table.oid),
      defeatsIndex: leadsIndex(found, catalogue),
      remedy: `a trigram index serves it: create extension pg_trgm; create index concurrently on ${table} using gin (${quoteIdentifier(found.name)} gin_trgm_ops)`,
    },
  ];
}

function judgeAlternatives(alternatives: Alternatives, catalogue: Catalogue): readonly Fault[] {
  const arms = alternatives.arms.map((arm) => columnsOf(arm ?? [], catalogue));
  const all = arms.flat();
  const [first] = all;
  if (first === undefined || arms.some((columns) => columns.length === 0)) return [];
  const tables = new Set(all.map((found) => found.table.oid));
  const names = [...new Set(all.map((found) => displayIdentifier(found.name)))];
  const isServed = arms.every((columns) => columns.some((found) => leadsIndex(found, catalogue)));
  if ((tables.size === 1 && isServed) || new Set(all.map(identityOf)).size < 2) return [];
  const remedy =
    tables.size > 1
      ? 'no index serves OR across tables: split it into two statements joined by UNION'
      : 'index each of the columns, or split it into two statements joined by UNION';
  return [
    {
      condition: `OR across ${names.join(', ')}`,
      table: first.table,
      rows: Math.max(...all.map((found) => catalogue.rows(found.table.oid))),
      defeatsIndex: all.some((found) => leadsIndex(found, catalogue)),
      remedy,
    },
  ];
}

function judgeExclusion(
  exclusion: Extract<Predicate, { kind: 'not-in-subquery' }>,
  catalogue: Catalogue,
  statement: ParsedStatement,
): readonly Fault[] {
  const found = exclusion.column === null ? null : catalogue.column(exclusion.column);
  if (found === null) return [];
  const tables = statement.reads.flatMap((name) => catalogue.table(name) ?? []);
  return [
    {
      condition: `${displayIdentifier(found.name)} not in (select …)`,
      table: found.table,
      rows: Math.max(...tables.map((table) => catalogue.rows(table.oid))),
      defeatsIndex: leadsIndex(found, catalogue),
      remedy: 'write it as NOT EXISTS: it joins, and a single NULL in the subquery does not empty the result',
    },
  ];
}

/** Bare columns that an arm restricts. */
function columnsOf(arm: readonly Predicate[], catalogue: Catalogue): readonly FoundColumn[] {
  return arm.flatMap((predicate) => {
    if (predicate.kind === 'comparison' && predicate.operand.shape === null) {
      return catalogue.column(predicate.operand.column) ?? [];
    }
    return predicate.kind === 'pattern' && !predicate.hasLeadingWildcard
      ? (catalogue.column(predicate.column) ?? [])
      : [];
  });
}

function identityOf(found: FoundColumn): string {
  return `${found.table.oid} ${found.name}`;
}

function leadsIndex(found: FoundColumn, catalogue: Catalogue): boolean {
  return catalogue.indexesOf(found.table.oid).some((index: IndexFacts) => index.columns[0] === found.name);
}

function expressionRemedy(shape: string, found: FoundColumn): string {
  const column = quoteIdentifier(found.name);
  const table = quoteQualified(found.table.schema, found.table.name);
  const call = /^([a-z_][a-z0-9_]*)\((.*)\)$/.exec(shape);
  if (call?.[2] === found.name) {
    return `compare the bare column, or index the expression: create index concurrently on ${table} (${call[1]}(${column}))`;
  }
  if (shape.startsWith(`${found.name}::`)) {
    return `cast the value to the type of ${displayName(found.table.schema, found.table.name)}.${displayIdentifier(found.name)} instead of the column${
      shape.endsWith('::date') ? ', or compare the column with a range of one day' : ''
    }`;
  }
  return 'put the column alone on one side: a range for date_trunc and extract, the arithmetic on the value; else index the expression';
}
