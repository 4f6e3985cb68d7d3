/** errors.md: the error catalogue. */
import { anchor, code, page, table } from './markdown.mjs';

const EXIT_CODES = [
  [0, 'done'],
  [1, 'a bug of pgsteward'],
  [2, 'refused, or a precondition does not hold'],
  [3, 'cancelled'],
  [4, 'done, with findings at or above `--fail-on`'],
];

/** Renders errors.md. */
export function errorsPage({ errorDefinitions }) {
  const overview = table(
    ['code', 'exit', 'what happened'],
    errorDefinitions.map(({ code: name, exitCode, message }) => [
      `[${code(name)}](#${anchor(name)})`,
      exitCode,
      code(message),
    ]),
  );
  return page(
    'Errors',
    'Every failure that pgsteward expects has a code that is never reused for another meaning. Words in braces are filled with the values of the moment.',
    [
      table(['exit code', 'meaning'], EXIT_CODES),
      overview,
      ...errorDefinitions.map(
        (row) =>
          `## ${row.code}\n\n${code(row.message)}\n\n${row.why}\n\n${row.next.map((step) => `- ${step}`).join('\n')}\n\nExit code ${row.exitCode}.`,
      ),
    ],
  );
}
