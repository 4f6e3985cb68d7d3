import type {
  IndexRowView,
  RelationsView,
  TableRowView,
  VacuumView,
} from '../../../agent/src/app/views/types.ts';
import { rangeQuery, useApi } from '../api/client.ts';
import { format, type Unit } from '../format.ts';
import { Link } from '../parts/link.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Vacuum } from '../parts/vacuum.tsx';
import { link, now, range } from '../route.ts';

function number<Row>(id: string, title: string, value: (row: Row) => number | null, unit: Unit): Column<Row> {
  return { id, title, isNumber: true, show: (row) => format(value(row), unit), sort: value };
}

/** Puts the findings about each row, as far as the last whole look knows, beside its name. */
function withFindings<Row extends { readonly findings: readonly string[] }>(
  columns: readonly Column<Row>[],
  target: string,
): readonly Column<Row>[] {
  const findings: Column<Row> = {
    id: 'findings',
    title: 'findings',
    sort: (row) => row.findings.length,
    show: (row) =>
      row.findings.map((name) => (
        <Link key={name} to={link(target, 'findings')} class="flag">
          {name.replaceAll('-', ' ')}
        </Link>
      )),
  };
  return [...columns.slice(0, 1), findings, ...columns.slice(1)];
}

const TABLES: readonly Column<TableRowView>[] = [
  { id: 'name', title: 'table', show: (row) => `${row.schema}.${row.name}`, sort: (row) => row.name },
  number('size', 'size', (row) => row.totalBytes, 'bytes'),
  number('indexes', 'indexes', (row) => row.indexesBytes, 'bytes'),
  number('live', 'rows', (row) => row.liveRows, 'count'),
  number('dead', 'dead rows', (row) => row.deadRows, 'count'),
  number('sequential', 'seq. scans', (row) => row.sequentialScans, 'count'),
  number('sequentialRows', 'rows so read', (row) => row.sequentialRows, 'count'),
  number('index', 'index scans', (row) => row.indexScans, 'count'),
  number('written', 'rows written', (row) => row.rowsWritten, 'count'),
  number('hot', 'HOT', (row) => row.hotRatio, 'ratio'),
  number('hit', 'hit', (row) => row.hitRatio, 'ratio'),
  number('vacuums', 'vacuums', (row) => row.vacuums, 'count'),
  number('age', 'xid age', (row) => row.frozenAge, 'count'),
];

const INDEXES: readonly Column<IndexRowView>[] = [
  { id: 'name', title: 'index', show: (row) => `${row.schema}.${row.name}`, sort: (row) => row.name },
  { id: 'table', title: 'table', show: (row) => row.table, sort: (row) => row.table },
  number('size', 'size', (row) => row.sizeBytes, 'bytes'),
  number('scans', 'scans', (row) => row.scans, 'count'),
  number('rows', 'entries read', (row) => row.rowsRead, 'count'),
  number('hit', 'hit', (row) => row.hitRatio, 'ratio'),
];

interface OfTarget {
  readonly target: string;
}

/** Tables: what they hold, how they were used in the time that is shown, and how they are kept. */
export function Tables({ target }: OfTarget) {
  const base = `/targets/${encodeURIComponent(target)}`;
  const loaded = useApi<RelationsView>(`${base}/relations?${rangeQuery(range.value)}`);
  const vacuum = useApi<VacuumView>(`${base}/vacuum?at=${now.value}`);
  return (
    <>
      <State loaded={vacuum}>{(view) => <Vacuum view={view} />}</State>
      <h2>What they hold</h2>
      <State loaded={loaded}>
        {(view) => (
          <Table
            caption="Tables; counts are of the time that is shown"
            columns={withFindings(TABLES, target)}
            rows={view.tables}
            keyOf={(row) => `${row.schema}.${row.name}`}
            order="size"
            empty="no table was seen yet"
          />
        )}
      </State>
    </>
  );
}

/** Indexes: what they hold, how they were used in the time that is shown, and what is wrong with them. */
export function Indexes({ target }: OfTarget) {
  const loaded = useApi<RelationsView>(
    `/targets/${encodeURIComponent(target)}/relations?${rangeQuery(range.value)}`,
  );
  return (
    <State loaded={loaded}>
      {(view) => (
        <Table
          caption="Indexes; counts are of the time that is shown"
          columns={withFindings(INDEXES, target)}
          rows={view.indexes}
          keyOf={(row) => `${row.schema}.${row.name}`}
          order="size"
          empty="no index was seen yet"
        />
      )}
    </State>
  );
}
