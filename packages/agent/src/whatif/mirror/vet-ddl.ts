import { asFields, asList, asNode, asText, type Fields, parseTree } from '../../sql/index.ts';

/** Statements that make a schema, by the parser's name, with a further condition where one is needed. */
const ALLOWED: Readonly<Record<string, (fields: Fields) => boolean>> = {
  AlterStatsStmt: always,
  AlterTableStmt: always,
  AlterTSConfigurationStmt: always,
  CompositeTypeStmt: always,
  CreateCastStmt: always,
  CreateDomainStmt: always,
  CreateEnumStmt: always,
  CreateExtensionStmt: always,
  CreateFunctionStmt: isInterpreted,
  CreateRangeStmt: always,
  CreateSchemaStmt: (fields) => asList(fields['schemaElts']).length === 0,
  CreateSeqStmt: always,
  CreateStatsStmt: always,
  CreateStmt: always,
  CreateTableAsStmt: (fields) => asFields(fields['into'])['skipData'] === true,
  DefineStmt: ({ kind }) => kind !== 'OBJECT_TYPE',
  IndexStmt: always,
  ViewStmt: always,
};

/**
 * Tells whether a text is one statement that only makes a part of a schema. A file of statistics may come from anybody, and the shadow
 * runs what it says: nothing that reads files, runs programs or loads libraries may pass.
 */
export function isSchemaStatement(sql: string): boolean {
  const node = asNode(parseTree(sql));
  if (node === null || !Object.hasOwn(ALLOWED, node.type)) return false;
  return ALLOWED[node.type]?.(node.fields) ?? false;
}

function always(): boolean {
  return true;
}

/** A function in C or in another language may do anything to the machine. */
function isInterpreted(fields: Fields): boolean {
  const options = asList(fields['options']).map((option) => asFields(asNode(option)?.fields));
  const language = options.find((option) => option['defname'] === 'language');
  const name = asText(asNode(language?.['arg'])?.fields['sval']);
  const isInline = fields['sql_body'] !== undefined && language === undefined;
  return isInline || name === 'sql' || name === 'plpgsql';
}
