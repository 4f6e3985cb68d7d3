import type { IndexFacts } from '../observe/index.ts';
import { asFields, asList, asNode, asText, parseTree, shapeOf } from '../sql/index.ts';

/**
 * Gives the shapes of an index's keys, as {@link shapeOf} gives those of a statement; columns by their name.
 * @returns no keys when the definition is not known
 */
export function indexExpressionShapes(index: IndexFacts): readonly string[] {
  if (index.expressionTree === null || index.definition === null) return [];
  const statement = asNode(parseTree(index.definition));
  if (statement?.type !== 'IndexStmt') return [];
  return asList(statement.fields['indexParams']).map((item) => {
    const element = asFields(asNode(item)?.fields);
    return asText(element['name']) ?? shapeOf(element['expr']) ?? '';
  });
}
