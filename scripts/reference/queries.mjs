/** queries.md: the full SQL of everything that pgsteward sends to a target's catalogues. */
import { anchor, code, fence, page, sentence, table } from './markdown.mjs';

/**
 * Renders queries.md.
 * @param {{ catalogQueries: readonly object[], consoleCommands: readonly object[], probes: readonly object[], formatUnit: Function }} sources
 *   `probes`: statements built for tables by name, each as `{ summary, statement }`
 */
export function queriesPage({ catalogQueries, consoleCommands, probes, formatUnit }) {
  const overview = table(
    ['query', 'reads', 'needs'],
    [
      ...catalogQueries.map((query) => [link(query.id), query.summary, needs(query)]),
      ...probes.map(({ summary, statement }) => [link(statement.id), summary, 'SELECT on the table']),
      ...consoleCommands.map(({ id, summary }) => [link(id), summary, 'stats_users of PgBouncer']),
    ],
  );
  return page(
    'Queries',
    [
      'Every statement that pgsteward sends to a target, complete, for those who must approve it. Each runs in a read-only transaction of its own with the time limit shown and a lock timeout, and carries the marker comment `/* pgsteward:<id> */`. `$1`, `$2` … are bound values.',
      'A PgBouncer that stands in front of a target is asked by the commands of its admin console that begin with `pgbouncer/`: as they stand, for the console takes no comments and knows no transactions.',
      'A query with several variants sends the last one whose floor the server reaches. `{extension}` stands for the schema that holds the extension.',
    ].join('\n\n'),
    [
      overview,
      ...catalogQueries.map((query) => querySection(query, formatUnit)),
      ...probes.map((probe) => probeSection(probe, formatUnit)),
      ...consoleCommands.map((command) => commandSection(command, formatUnit)),
    ],
  );
}

function querySection(query, formatUnit) {
  const facts = [
    ['source', query.source],
    ['needs', needs(query)],
    ['describes', query.scope === 'instance' ? 'the whole server' : 'the connected database'],
    ['runs on', query.node === 'any' ? 'primary and standby' : `a ${query.node} only`],
    ['time limit', formatUnit(query.timeoutMs, 'ms')],
    ...query.parameters.map((parameter, index) => [`\`$${index + 1}\``, parameter]),
  ];
  return [
    `## ${query.id}`,
    sentence(query.summary),
    table(['', ''], facts),
    ...query.variants.flatMap(({ since, sql }) => [`${floor(since)}:`, fence('sql', sql)]),
  ].join('\n\n');
}

function probeSection({ summary, statement }, formatUnit) {
  const facts = [
    ['needs', 'SELECT on the table'],
    ['time limit', formatUnit(statement.timeoutMs, 'ms')],
  ];
  return [
    `## ${statement.id}`,
    `${sentence(summary)} Built for each table; shown for an example.`,
    table(['', ''], facts),
    fence('sql', statement.sql.replaceAll(/\n {6}/g, '\n')),
  ].join('\n\n');
}

function commandSection({ id, summary, source, command, timeoutMs }, formatUnit) {
  const facts = [
    ['source', source],
    ['needs', 'a user of stats_users or admin_users in pgbouncer.ini'],
    ['time limit', formatUnit(timeoutMs, 'ms')],
  ];
  return [`## ${id}`, sentence(summary), table(['', ''], facts), fence('sql', command)].join('\n\n');
}

function needs({ needs: { extension, role } }) {
  const words = [
    ...(extension === undefined ? [] : [`extension ${extension}`]),
    ...(role === undefined ? [] : [`role ${role} (else rows or values of others are missing)`]),
  ];
  return words.length === 0 ? 'nothing' : words.join(', ');
}

function floor({ server, extension, columns }) {
  const conditions = [
    ...(extension === undefined ? [] : [`extension version ${extension}`]),
    ...Object.entries(columns ?? {}).map(([view, names]) => `${names.map(code).join(', ')} in ${code(view)}`),
  ];
  const minor = server % 10_000;
  const version = `PostgreSQL ${Math.floor(server / 10_000)}${minor === 0 ? '' : `.${minor}`}`;
  return [`From ${version}`, ...conditions].join(', with ');
}

function link(id) {
  return `[${code(id)}](#${anchor(id)})`;
}
