import { useState } from 'preact/hooks';
import type { ViewChart } from '../../../agent/src/app/views/types.ts';
import { format, formatTime } from '../format.ts';
import { type Column, Table } from '../parts/table.tsx';

const MOST_ROWS = 48;

/** The values of a chart as a table, for those who do not see it and for copying; thinned out to what can be read. */
export function DataTable({ chart }: { readonly chart: ViewChart }) {
  const [isOpen, setOpen] = useState(false);
  if (chart.atMs.length === 0) return null;
  return (
    <details class="data" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        as a table<span class="hidden">: {chart.title}</span>
      </summary>
      {isOpen ? <Values chart={chart} /> : null}
    </details>
  );
}

function Values({ chart }: { readonly chart: ViewChart }) {
  const every = Math.ceil(chart.atMs.length / MOST_ROWS);
  const ticks = chart.atMs.map((_, tick) => tick).filter((tick) => tick % every === 0);
  const columns: readonly Column<number>[] = [
    { id: 'time', title: 'time', show: (tick) => formatTime(chart.atMs[tick] ?? 0) },
    ...chart.series.map(
      ({ name, values }): Column<number> => ({
        id: name,
        title: name,
        isNumber: true,
        show: (tick) => format(values[tick], chart.unit),
        sort: (tick) => values[tick] ?? null,
      }),
    ),
  ];
  const caption = every === 1 ? chart.title : `${chart.title}, one of ${every} readings`;
  return <Table caption={caption} columns={columns} rows={ticks} keyOf={String} />;
}
