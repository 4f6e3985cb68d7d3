import { parseTree } from './parser.ts';
import { asText, visit } from './tree.ts';

/** Gives the bare names of the relations that a statement names, each once; those of WITH are among them. */
export function relationNames(sql: string): readonly string[] {
  const names = new Set<string>();
  visit(parseTree(sql), ({ type, fields }) => {
    const name = type === 'RangeVar' ? asText(fields['relname']) : null;
    if (name !== null) names.add(name);
    return true;
  });
  return [...names];
}
