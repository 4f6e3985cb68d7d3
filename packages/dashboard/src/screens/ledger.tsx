import type { LedgerCheckView, LedgerRowView } from '../../../agent/src/app/views/action-types.ts';
import { useApi } from '../api/client.ts';
import { LedgerTable } from '../parts/ledger.tsx';
import { Link } from '../parts/link.tsx';
import { State } from '../parts/state.tsx';
import { link, now } from '../route.ts';

/** Everything that was proposed, decided, applied, measured and taken back, and whether it stands as it was written. */
export function Ledger({ target }: { readonly target: string }) {
  const entries = useApi<readonly LedgerRowView[]>(
    `/ledger?target=${encodeURIComponent(target)}&limit=500&at=${now.value}`,
  );
  const check = useApi<LedgerCheckView>('/ledger/check');
  return (
    <>
      <p>
        <Link to={link(target, 'actions')}>all actions</Link>
      </p>
      <State loaded={check}>
        {({ broken, entriesCount, head }) =>
          broken === null ? (
            <p class="hash">
              <span class="good">{entriesCount} entries of all targets, each as it was written.</span>{' '}
              <span class="muted">
                Hash of the last: <code>{head}</code>
              </span>
            </p>
          ) : (
            <p class="trouble" role="alert">
              Somebody changed the ledger: entry {broken.number} {broken.why}.
            </p>
          )
        }
      </State>
      <State loaded={entries}>
        {(rows) => <LedgerTable entries={rows} caption={`Entries on ${target}, the latest first`} />}
      </State>
    </>
  );
}
