import type { QueriesView, QueryRow } from '../../../agent/src/app/views/types.ts';
import { rangeQuery, useApi } from '../api/client.ts';
import { format } from '../format.ts';
import { Link } from '../parts/link.tsx';
import { Share } from '../parts/share.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { link, range, route, setParameters } from '../route.ts';

const ORDERS = [
  { id: 'total', title: 'total time' },
  { id: 'mean', title: 'mean time' },
  { id: 'calls', title: 'calls' },
  { id: 'read', title: 'blocks read' },
  { id: 'temp', title: 'temporary blocks' },
  { id: 'wal', title: 'WAL' },
  { id: 'regressed', title: 'time lost since last week' },
] as const;

/** Statements of the time that is shown. */
export function Queries({ target }: { readonly target: string }) {
  const { parameters } = route.value;
  const order = parameters.get('order') ?? 'total';
  const search = parameters.get('search') ?? '';
  const loaded = useApi<QueriesView>(
    `/targets/${encodeURIComponent(target)}/queries?${rangeQuery(range.value)}&order=${order}&search=${encodeURIComponent(search)}`,
  );
  return (
    <>
      <div class="controls">
        <label class="choice">
          top 100 by{' '}
          <select
            value={order}
            onChange={(event) => setParameters({ order: event.currentTarget.value }, true)}
          >
            {ORDERS.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label class="choice">
          text{' '}
          <input
            type="search"
            value={search}
            placeholder="part of a statement"
            onChange={(event) => setParameters({ search: event.currentTarget.value || null }, true)}
          />
        </label>
      </div>
      <State loaded={loaded}>
        {(view) => (
          <Table
            caption={`${view.total} statements; the p95 is estimated from mean and deviation`}
            columns={columns(target)}
            rows={view.rows}
            keyOf={(row) => row.fingerprint}
            empty="no statement ran in this time, or pg_stat_statements is missing"
          />
        )}
      </State>
    </>
  );
}

const number = (
  id: string,
  title: string,
  value: (row: QueryRow) => number | null,
  unit: Parameters<typeof format>[1],
): Column<QueryRow> => ({ id, title, isNumber: true, show: (row) => format(value(row), unit), sort: value });

function columns(target: string): readonly Column<QueryRow>[] {
  return [
    {
      id: 'share',
      title: 'share of time',
      isNumber: true,
      show: (row) => (
        <>
          <Share value={row.share} of="the execution time" />
        </>
      ),
      sort: (row) => row.share,
    },
    {
      id: 'statement',
      title: 'statement',
      show: (row) => (
        <Link to={link(target, 'query', row.fingerprint)} class="statement">
          {row.text ?? row.fingerprint}
        </Link>
      ),
    },
    number('calls', 'calls', (row) => row.calls, 'count'),
    number('mean', 'mean', (row) => row.meanMs, 'ms'),
    { ...number('p95', 'p95 est.', (row) => row.p95Ms, 'ms'), hint: 'estimated from mean and deviation' },
    {
      id: 'week',
      title: 'last week',
      hint: 'mean time against the same time a week before',
      isNumber: true,
      show: (row) => <Change row={row} />,
      sort: (row) => (row.meanMsLastWeek === null ? null : row.meanMs / row.meanMsLastWeek),
    },
    number('rows', 'rows/call', (row) => row.rowsPerCall, 'count'),
    number('hit', 'hit', (row) => row.hitRatio, 'ratio'),
    {
      ...number('read', 'blocks read/call', (row) => row.readBlocksPerCall, 'count'),
      hint: 'from outside shared buffers',
    },
    number('temp', 'temp. blocks/call', (row) => row.tempBlocksPerCall, 'count'),
    number('wal', 'WAL/call', (row) => row.walBytesPerCall, 'bytes'),
  ];
}

const NOTABLE = 1.5;

function Change({ row }: { readonly row: QueryRow }) {
  if (row.meanMsLastWeek === null) return <span class="muted">new</span>;
  const factor = row.meanMs / row.meanMsLastWeek;
  const kind = factor >= NOTABLE ? 'critical' : factor <= 1 / NOTABLE ? 'good' : 'muted';
  return <span class={kind}>×{factor.toPrecision(2)}</span>;
}
