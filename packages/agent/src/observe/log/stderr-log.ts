import { linePrefixReader } from './line-prefix.ts';
import type { LogFormat } from './types.ts';

/**
 * The first line of a plan behind the line prefix; the severity is in the server's language. It is the first message
 * of the line, so that nobody's own message passes for one.
 */
const PLAN_BEGINS = /^((?:(?!: {2}).){0,1000}): {2}(duration: \d+\.\d+ ms {2}plan:)$/;
/** The last line of a plan: the brace that closes all of it. */
const PLAN_ENDS = '\t}';

/**
 * Lines with a prefix; those that go on begin with a tab.
 * @param linePrefix the server's `log_line_prefix`
 */
export function stderrLog(linePrefix: string): LogFormat {
  const told = linePrefixReader(linePrefix);
  return {
    begins: (line) => !line.startsWith('\t'),
    lengthOf(lines, first) {
      let next = first + 1;
      while (lines[next]?.startsWith('\t') === true) next += 1;
      const isAtEnd = next === lines.length;
      const isWhole = lines[next - 1] === PLAN_ENDS || !PLAN_BEGINS.test(lines[first] ?? '');
      return isAtEnd && !isWhole ? null : next - first;
    },
    read(lines) {
      const [, head, begin] = PLAN_BEGINS.exec(lines[0] ?? '') ?? [];
      if (head === undefined || begin === undefined) return null;
      const values = told(head);
      return {
        text: [begin, ...lines.slice(1).map((line) => line.slice(1))].join('\n'),
        time: values['m'] ?? values['t'] ?? values['n'] ?? null,
        user: knownOrNull(values['u']),
        database: knownOrNull(values['d']),
        application: knownOrNull(values['a']),
        queryId: values['Q'] === undefined || values['Q'] === '0' ? null : values['Q'],
      };
    },
  };
}

/** What a process does not have, the server prints as `[unknown]`. */
function knownOrNull(value: string | undefined): string | null {
  return value === undefined || value === '' || value === '[unknown]' ? null : value;
}
