/**
 * Responsible for reading SQL statements with PostgreSQL's own parser (libpg-query, WebAssembly). Takes statement
 * texts as pg_stat_statements or a file shows them; gives what stages need to know about them: kind, tables,
 * predicates, and the tree itself with the means to walk it. Pure: knows no catalogue, so a name is only a name;
 * never runs a statement, never decides from a text what a session may do.
 */
export {
  alternatives,
  columnRef,
  conjunction,
  conjuncts,
  disjunction,
  exists,
  expression,
  isSameTree,
  negation,
  operation,
  replaceIn,
  select,
  target,
  withWhere,
  writeChecked,
} from './build.ts';
export { deparse } from './deparse.ts';
export { endSessionSql, readEndSession, type SessionEnd } from './end-session.ts';
export { repairNormalized } from './normalized-text.ts';
export { shapeOf } from './operand.ts';
export { type PageBound, type Paging, readPaging } from './paging.ts';
export { fingerprintOf, isParserLoaded, loadParser, parseStatement, parseTree } from './parser.ts';
export { redactLiterals } from './redact-literals.ts';
export { relationNames } from './relation-names.ts';
export { readParameters, type StatementParameters } from './roles/read-parameters.ts';
export { readRoles } from './roles/read-roles.ts';
export type {
  ColumnRole,
  ExpressionUse,
  NameResolver,
  OperatorUse,
  OrderedColumn,
  ParameterRole,
  ParameterUse,
  TableOccurrence,
} from './roles/types.ts';
export { type SplitResult, splitStatements } from './split.ts';
export {
  asFields,
  asList,
  asNode,
  asText,
  contains,
  type Fields,
  names,
  type TreeNode,
  visit,
} from './tree.ts';
export type {
  Alternatives,
  ColumnReference,
  Comparison,
  Exclusion,
  Operand,
  ParsedStatement,
  PatternMatch,
  Predicate,
  TableName,
} from './types.ts';
