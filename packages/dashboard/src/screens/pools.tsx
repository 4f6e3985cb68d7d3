import type { PoolRowView, PoolsView } from '../../../agent/src/app/views/pool-types.ts';
import { rangeQuery, useApi } from '../api/client.ts';
import { Chart } from '../charts/chart.tsx';
import { format, type Unit } from '../format.ts';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { range, showRange } from '../route.ts';

type NumberColumn = Pick<Column<PoolRowView>, 'id' | 'title' | 'hint'> & {
  readonly value: (row: PoolRowView) => number | null;
  readonly unit: Unit;
};

const number = ({ value, unit, ...column }: NumberColumn): Column<PoolRowView> => ({
  ...column,
  isNumber: true,
  show: (row) => format(value(row), unit),
  sort: value,
});

const OF_DATABASE = 'of the database, all its users together: PgBouncer counts no finer';

const POOLER: Column<PoolRowView> = {
  id: 'pooler',
  title: 'pooler',
  show: (row) => row.pooler,
  sort: (row) => row.pooler,
};

const COLUMNS: readonly Column<PoolRowView>[] = [
  { id: 'database', title: 'database', show: (row) => row.database, sort: (row) => row.database },
  { id: 'user', title: 'user', show: (row) => row.user, sort: (row) => row.user },
  number({
    id: 'waiting',
    title: 'waiting',
    hint: 'clients that wait for a server',
    value: (row) => row.clientsWaiting,
    unit: 'count',
  }),
  number({
    id: 'wait',
    title: 'longest wait',
    hint: 'of the client at the head of the queue',
    value: (row) => row.longestWaitMs,
    unit: 'ms',
  }),
  number({
    id: 'clients',
    title: 'clients',
    hint: 'clients that are served or idle',
    value: (row) => row.clientsActive,
    unit: 'count',
  }),
  number({
    id: 'servers',
    title: 'servers busy',
    value: (row) => row.serversActive,
    unit: 'count',
  }),
  number({ id: 'idle', title: 'idle', hint: 'servers', value: (row) => row.serversIdle, unit: 'count' }),
  number({
    id: 'size',
    title: 'of at most',
    hint: 'pool_size; a dash for no limit',
    value: (row) => row.poolSize,
    unit: 'count',
  }),
  number({
    id: 'transactions',
    title: 'transactions',
    hint: OF_DATABASE,
    value: (row) => row.transactionsPerSecond,
    unit: 'perSecond',
  }),
  number({
    id: 'queries',
    title: 'queries',
    hint: OF_DATABASE,
    value: (row) => row.queriesPerSecond,
    unit: 'perSecond',
  }),
  number({
    id: 'mean',
    title: 'wait/transaction',
    hint: OF_DATABASE,
    value: (row) => row.waitPerTransactionMs,
    unit: 'ms',
  }),
];

/** The poolers in front of a target and their pools; a hint where nobody named one. */
export function Pools({ target }: { readonly target: string }) {
  const loaded = useApi<PoolsView>(`/targets/${encodeURIComponent(target)}/pools?${rangeQuery(range.value)}`);
  return (
    <section>
      <h2>PgBouncer</h2>
      <State loaded={loaded}>{(view) => <Poolers view={view} />}</State>
    </section>
  );
}

function Poolers({ view }: { readonly view: PoolsView }) {
  const { poolers, pools, charts } = view;
  if (poolers.length === 0 && pools.length === 0) {
    return (
      <p class="muted">
        Is there one in front of this target? Name it in pgsteward.toml as <code>pgbouncer</code> of{' '}
        <code>[target.…]</code>, or with <code>--pgbouncer</code>.
      </p>
    );
  }
  return (
    <>
      {poolers.map(({ name, state, trouble, version }) => (
        <p key={name} class={state === 'silent' ? 'trouble' : ''}>
          {name}: {version === null ? '' : `${version}, `}
          {state === 'unknown' ? 'not looked at yet' : (trouble ?? 'answers')}
        </p>
      ))}
      <Table
        caption="Pools at the end of the time that is shown; transactions, queries and waits are of the whole database"
        columns={new Set(pools.map(({ pooler }) => pooler)).size > 1 ? [POOLER, ...COLUMNS] : COLUMNS}
        rows={pools}
        keyOf={(row) => JSON.stringify([row.pooler, row.database, row.user])}
        order="waiting"
        empty="no pool was seen of late"
      />
      <div class="grid">
        {charts.map((chart) => (
          <Chart key={chart.id} chart={chart} range={view.range} events={[]} onBrush={showRange} />
        ))}
      </div>
    </>
  );
}
