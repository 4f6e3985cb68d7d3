import type { FindingsView, ObjectiveRow } from '../../../agent/src/app/views/types.ts';
import { useApi } from '../api/client.ts';
import { format, formatAgo } from '../format.ts';
import { Events } from '../parts/events.tsx';
import { FindingCard } from '../parts/finding.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { now } from '../route.ts';

const COLUMNS: readonly Column<ObjectiveRow>[] = [
  { id: 'title', title: 'objective', show: (row) => row.title },
  { id: 'target', title: 'target', isNumber: true, show: (row) => format(row.target, row.unit) },
  { id: 'actual', title: 'now', isNumber: true, show: (row) => format(row.actual, row.unit) },
  {
    id: 'met',
    title: 'met',
    show: (row) =>
      row.isMet === null ? (
        <span class="muted">unknown</span>
      ) : row.isMet ? (
        <span class="good">yes</span>
      ) : (
        <span class="critical">no</span>
      ),
  },
  { id: 'budget', title: 'budget left', isNumber: true, show: (row) => format(row.budgetLeft, 'ratio') },
  {
    id: 'burn',
    title: 'burn',
    isNumber: true,
    show: (row) => (row.burn === null ? '–' : `×${row.burn.toPrecision(2)}`),
  },
  { id: 'method', title: 'how it is known', show: (row) => <span class="muted">{row.method}</span> },
];

/**
 * What holds the target back, worst first, and where it stands against its objectives.
 * @param properties.wanted id of the findings to unfold; null for none
 */
export function Findings(properties: { readonly target: string; readonly wanted: string | null }) {
  const { target, wanted } = properties;
  const loaded = useApi<FindingsView>(`/targets/${encodeURIComponent(target)}/findings?at=${now.value}`);
  return (
    <State loaded={loaded}>
      {(view) =>
        view.takenAtMs === null ? (
          <p class="muted">The first whole look at this target is being taken.</p>
        ) : (
          <>
            <h2>Objectives</h2>
            <Table
              caption="Service levels"
              columns={COLUMNS}
              rows={view.objectives}
              keyOf={(row) => row.id}
            />
            <h2>Findings</h2>
            <p class="muted">looked at {formatAgo(view.takenAtMs, now.value)}</p>
            {view.findings.map((finding) => (
              <FindingCard
                key={`${finding.id}${finding.subject}${finding.title}`}
                target={target}
                finding={finding}
                isOpen={finding.id === wanted}
              />
            ))}
            <Events events={view.changes} title="What came and went in a week" />
            {view.unavailable.length === 0 ? null : (
              <details>
                <summary>{view.unavailable.length} things could not be seen</summary>
                <ul>
                  {view.unavailable.map(({ id, reason, remedy }) => (
                    <li key={`${id}${reason}`}>
                      <b>{id}</b>: {reason} → {remedy}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </>
        )
      }
    </State>
  );
}
