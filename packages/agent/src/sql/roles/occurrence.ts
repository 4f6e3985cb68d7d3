import type {
  ColumnRole,
  ExpressionUse,
  OperatorUse,
  OrderedColumn,
  ParameterUse,
  TableOccurrence,
} from './types.ts';

/** Gathers what a statement does with one table. */
export class OccurrenceBuilder {
  readonly schema: string;
  readonly table: string;
  readonly alias: string;
  readonly #roles = new Map<string, Set<ColumnRole>>();
  readonly #referenced = new Set<string>();
  readonly #group: string[] = [];
  readonly #literals: { readonly sql: string; readonly columns: readonly string[] }[] = [];
  readonly #expressions: ExpressionUse[] = [];
  readonly #operators: OperatorUse[] = [];
  readonly #parameters: ParameterUse[] = [];
  #order: readonly OrderedColumn[] = [];

  constructor(schema: string, table: string, alias: string) {
    this.schema = schema;
    this.table = table;
    this.alias = alias;
  }

  refer(column: string): void {
    this.#referenced.add(column);
  }

  addRole(column: string, role: ColumnRole): void {
    this.refer(column);
    const roles = this.#roles.get(column) ?? new Set();
    roles.add(role);
    this.#roles.set(column, roles);
  }

  addGroup(column: string): void {
    this.refer(column);
    if (!this.#group.includes(column)) this.#group.push(column);
  }

  setOrder(order: readonly OrderedColumn[]): void {
    if (this.#order.length === 0) this.#order = order;
  }

  addLiteral(sql: string, columns: readonly string[]): void {
    this.#literals.push({ sql, columns });
  }

  addExpression(use: ExpressionUse): void {
    this.#expressions.push(use);
  }

  addOperator(use: OperatorUse): void {
    this.#operators.push(use);
  }

  addParameter(use: ParameterUse): void {
    this.#parameters.push(use);
  }

  build(): TableOccurrence {
    return {
      schema: this.schema,
      table: this.table,
      alias: this.alias,
      roles: this.#roles,
      referenced: this.#referenced,
      order: this.#order,
      group: this.#group,
      literalConditions: this.#literals,
      expressions: this.#expressions,
      operators: this.#operators,
      parameters: this.#parameters,
    };
  }
}
