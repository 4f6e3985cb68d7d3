import type { IdAge, RunningVacuum, VacuumView } from '../../../agent/src/app/views/types.ts';
import { format } from '../format.ts';
import { Share } from './share.tsx';
import { type Column, Table } from './table.tsx';

const CAUSES = {
  wraparound: 'autovacuum, to prevent wraparound',
  autovacuum: 'autovacuum',
  command: 'somebody’s command',
} as const;

const COLUMNS: readonly Column<RunningVacuum>[] = [
  { id: 'table', title: 'table', show: (row) => row.table },
  { id: 'cause', title: 'begun by', show: (row) => CAUSES[row.cause] },
  { id: 'phase', title: 'phase', show: (row) => row.phase },
  {
    id: 'done',
    title: 'done',
    isNumber: true,
    show: (row) => (row.doneRatio === null ? '–' : <Share value={row.doneRatio} of={row.table} />),
  },
  { id: 'duration', title: 'for', isNumber: true, show: (row) => format(row.durationMs, 'ms') },
  { id: 'pid', title: 'pid', isNumber: true, show: (row) => row.pid },
];

/** How far transaction ids have come, and the vacuums that run now. */
export function Vacuum({ view }: { readonly view: VacuumView }) {
  return (
    <section>
      <h2>Wraparound</h2>
      <dl class="tiles wide">
        {view.ages.map((age) => (
          <Age key={age.id} age={age} />
        ))}
      </dl>
      <h2>Vacuums that run now</h2>
      {view.running === null ? (
        <p class="muted">the target does not tell now</p>
      ) : (
        <Table
          caption="Running vacuums"
          columns={COLUMNS}
          rows={view.running}
          keyOf={(row) => String(row.pid)}
          empty="none"
        />
      )}
    </section>
  );
}

function Age({ age }: { readonly age: IdAge }) {
  const { id, ageCount, forcedAtCount, limitCount } = age;
  return (
    <div>
      <dt>oldest of the {id}</dt>
      <dd>{format(ageCount, 'count')}</dd>
      {ageCount === null ? null : (
        <dd class="ways">
          {forcedAtCount === null ? null : (
            <span>
              <Share value={ageCount / forcedAtCount} of={`the way to a forced freeze of ${id}`} /> of the way
              to a forced freeze ({format(forcedAtCount, 'count')})
            </span>
          )}
          <span>
            <Share value={ageCount / limitCount} of={`the usable ${id}`} /> of the usable ids
          </span>
        </dd>
      )}
    </div>
  );
}
