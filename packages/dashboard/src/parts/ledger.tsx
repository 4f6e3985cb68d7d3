import type { LedgerRowView } from '../../../agent/src/app/views/action-types.ts';
import { formatTime } from '../format.ts';
import { link } from '../route.ts';
import { scriptOf } from './action-words.ts';
import { Link } from './link.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column<LedgerRowView>[] = [
  { id: 'number', title: 'no.', isNumber: true, show: ({ number }) => number, sort: ({ number }) => number },
  {
    id: 'at',
    title: 'time',
    show: ({ atMs }) => <time class="when">{formatTime(atMs)}</time>,
    sort: ({ atMs }) => atMs,
  },
  { id: 'event', title: 'event', show: ({ event }) => <b>{event}</b>, sort: ({ event }) => event },
  { id: 'actor', title: 'by', show: ({ actor }) => actor, sort: ({ actor }) => actor },
  {
    id: 'action',
    title: 'action',
    show: ({ target, action }) => <Link to={link(target, 'actions', action)}>{action}</Link>,
    sort: ({ action }) => action,
  },
  { id: 'text', title: 'what is said of it', show: ({ text }) => text },
  {
    id: 'sql',
    title: 'SQL',
    show: ({ sql }) => (sql.length === 0 ? '' : <code class="statement">{scriptOf(sql)}</code>),
  },
];

/** Entries of the ledger. */
export function LedgerTable(properties: {
  readonly entries: readonly LedgerRowView[];
  readonly caption: string;
}) {
  const { entries, caption } = properties;
  return (
    <Table
      caption={caption}
      columns={COLUMNS}
      rows={entries}
      keyOf={({ number }) => String(number)}
      order="number"
      empty="the ledger is empty"
    />
  );
}
