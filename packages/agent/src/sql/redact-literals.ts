/** Comments, quoted names and parameters, which stay or go whole; then literals. Texts may be cut off in the middle. */
const PARTS =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<literal>[eE]'(?:\\[\s\S]|''|[^'\\])*'?|(?:[bBxXnN]|[uU]&)?'(?:''|[^'])*'?|\$(?<tag>[\p{L}_]*)\$[\s\S]*?(?:\$\k<tag>\$|$)|\d[\d_.]*(?:[eE][+-]?\d+)?)|(?<name>"(?:[^"]|"")*"?|\$\d+|[\p{L}_][\p{L}\p{N}_$]*)/gu;

/**
 * Takes the values out of the text of a statement, or of a condition in a plan, and comments with them: each literal
 * becomes `?`. Works on texts that were cut off, which no parser reads.
 */
export function redactLiterals(text: string): string {
  return text.replace(PARTS, (match, ...rest) => {
    const groups = rest.at(-1) as { readonly comment?: string; readonly literal?: string };
    if (groups.comment !== undefined) return '';
    return groups.literal === undefined ? match : '?';
  });
}
