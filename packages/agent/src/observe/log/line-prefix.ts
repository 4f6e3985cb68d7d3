/** A part of `log_line_prefix`: what stands there as it is, or an escape. */
type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'escape'; readonly letter: string; readonly isPadded: boolean };

/** What the escapes print that print no name. @source PostgreSQL docs 19.8.3 "What to Log": log_line_prefix */
const PRINTED: Readonly<Record<string, RegExp>> = {
  m: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \S{1,12}?(?=[^\w+-]|$)/y,
  t: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S{1,12}?(?=[^\w+-]|$)/y,
  s: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S{1,12}?(?=[^\w+-]|$)/y,
  n: /\d+\.\d{3}/y,
  p: /\d+/y,
  P: /\d*/y,
  l: /\d+/y,
  x: /\d+/y,
  e: /[0-9A-Z]{5}/y,
  c: /[0-9a-f]+\.[0-9a-f]+/y,
  v: /[\d/]*/y,
  Q: /-?\d+/y,
};

/**
 * Gives the reader of what a line prefix prints: the values of its escapes by their letter, as far as they can be told.
 * It tries nothing twice: names are what others chose, and may be made to be tried for long.
 */
export function linePrefixReader(
  linePrefix: string,
): (printed: string) => Readonly<Record<string, string | undefined>> {
  const parts = partsOf(linePrefix);
  return (printed) => {
    const values: Record<string, string> = {};
    let at = 0;
    for (const [index, part] of parts.entries()) {
      if (part.kind === 'literal') {
        if (!printed.startsWith(part.text, at)) return values;
        at += part.text.length;
        continue;
      }
      if (part.isPadded) at = afterSpaces(printed, at);
      const end = endOf(printed, at, { part, next: parts[index + 1], isLast: index + 2 >= parts.length });
      if (end === null) return values;
      values[part.letter] ??= printed.slice(at, end).trimEnd();
      at = end;
    }
    return values;
  };
}

function partsOf(linePrefix: string): readonly Part[] {
  const parts: Part[] = [];
  for (const [text, padding, letter] of linePrefix.matchAll(/%(-?\d*)([a-zA-Z%])|[^%]+|%/g)) {
    if (letter === 'q') continue;
    if (letter !== undefined && letter !== '%') {
      parts.push({ kind: 'escape', letter, isPadded: padding !== '' });
      continue;
    }
    const own = letter === '%' ? '%' : text;
    const before = parts.at(-1);
    if (before?.kind === 'literal') parts.splice(-1, 1, { kind: 'literal', text: before.text + own });
    else parts.push({ kind: 'literal', text: own });
  }
  return parts;
}

function afterSpaces(text: string, at: number): number {
  let next = at;
  while (text[next] === ' ') next += 1;
  return next;
}

interface Escape {
  readonly part: Part & { readonly kind: 'escape' };
  readonly next: Part | undefined;
  /** Whether only a literal comes behind, if anything. */
  readonly isLast: boolean;
}

/** A name ends where the literal behind it begins; null where that cannot be told. */
function endOf(printed: string, at: number, { part, next, isLast }: Escape): number | null {
  const pattern = PRINTED[part.letter];
  if (pattern === undefined) {
    if (next?.kind !== 'literal') return null;
    // Behind the last literal stands the severity alone, so that this name may hold the literal too.
    const end = isLast ? printed.lastIndexOf(next.text) : printed.indexOf(next.text, at);
    return end < at ? null : end;
  }
  pattern.lastIndex = at;
  const found = pattern.exec(printed);
  if (found === null) return null;
  const end = at + found[0].length;
  if (!part.isPadded) return end;
  // The padding goes up to the literal, which may begin with a space of its own.
  const literal = next?.kind === 'literal' ? next.text : '';
  return afterSpaces(printed, end) - afterSpaces(literal, 0);
}
