import { quoteIdentifier, quoteLiteral } from '../../../kernel/index.ts';
import { asFields, asList, asNode, asText, type TreeNode } from '../../../sql/index.ts';
import { isWritten, readTrees } from '../../statements/trees.ts';
import { isAllowed } from './allowed.ts';

/** Where a setting is written: for the server, a database, a role, or a role in a database. */
export interface Level {
  readonly kind: 'system' | 'own';
  /** Empty for all. */
  readonly database: string;
  /** Empty for all. */
  readonly role: string;
}

/** A setting as a statement sets it. */
export interface WantedSetting {
  readonly level: Level;
  readonly name: string;
  /** As text; null for a reset. */
  readonly value: string | null;
}

/** Has the configuration read again. */
const RELOAD_SQL = 'select pg_catalog.pg_reload_conf()';

/** Reads the one allowed setting that statements set or reset; null when they are anything else. */
export function readSetting(statements: readonly string[]): WantedSetting | null {
  const [tree, ...more] = readTrees(statements) ?? [];
  const wanted = tree === undefined ? null : wantedOf(tree);
  if (tree === undefined || wanted === null || !isAllowed(wanted.name, wanted.value)) return null;
  if (!settingSql(wanted).some((sql) => isWritten(tree, sql))) return null;
  // What ALTER SYSTEM writes is in force once it is read.
  const isComplete =
    wanted.level.kind === 'system'
      ? more.length === 1 && more.every((one) => isWritten(one, RELOAD_SQL))
      : more.length === 0;
  return isComplete ? wanted : null;
}

/** Writes the statements that set or reset a setting, as text. */
export function settingStatements(wanted: WantedSetting): readonly string[] {
  const [sql] = settingSql(wanted);
  return [sql, ...(wanted.level.kind === 'system' ? [RELOAD_SQL] : [])];
}

/** The value as text, and as the number that it may have been written as. */
function settingSql({ level, name, value }: WantedSetting): readonly [string, ...string[]] {
  const { kind, database, role } = level;
  const inDatabase = database === '' ? '' : ` in database ${quoteIdentifier(database)}`;
  const where =
    kind === 'system'
      ? 'system'
      : role === ''
        ? `database ${quoteIdentifier(database)}`
        : `role ${quoteIdentifier(role)}${inDatabase}`;
  if (value === null) return [`alter ${where} reset ${quoteIdentifier(name)}`];
  const set = `alter ${where} set ${quoteIdentifier(name)} =`;
  return [`${set} ${quoteLiteral(value)}`, ...(NUMBER.test(value) ? [`${set} ${value}`] : [])];
}

const NUMBER = /^-?\d+(\.\d+)?$/;

function wantedOf({ type, fields }: TreeNode): WantedSetting | null {
  const level = levelOf(type, fields);
  const { kind, name, args } = asFields(fields['setstmt']);
  const setting = asText(name);
  if (level === null || setting === null) return null;
  if (kind === 'VAR_RESET') return { level, name: setting, value: null };
  const [only, ...more] = asList(args);
  const value = constantOf(only);
  return kind === 'VAR_SET_VALUE' && value !== null && more.length === 0
    ? { level, name: setting, value }
    : null;
}

function levelOf(type: string, fields: TreeNode['fields']): Level | null {
  switch (type) {
    case 'AlterSystemStmt':
      return { kind: 'system', database: '', role: '' };
    case 'AlterDatabaseSetStmt':
      return { kind: 'own', database: asText(fields['dbname']) ?? '', role: '' };
    case 'AlterRoleSetStmt': {
      const { roletype, rolename } = asFields(fields['role']);
      const role = roletype === 'ROLESPEC_CSTRING' ? asText(rolename) : null;
      return role === null ? null : { kind: 'own', database: asText(fields['database']) ?? '', role };
    }
    default:
      return null;
  }
}

function constantOf(arg: unknown): string | null {
  const node = asNode(arg);
  if (node?.type !== 'A_Const') return null;
  const { sval, fval, ival } = node.fields;
  if (sval !== undefined) return asText(asFields(sval)['sval']) ?? '';
  if (fval !== undefined) return asText(asFields(fval)['fval']);
  // The parser leaves out what is 0.
  return ival === undefined ? null : String(asFields(ival)['ival'] ?? 0);
}
