import type { FindingRow } from '../../../agent/src/app/views/types.ts';
import { link } from '../route.ts';
import { Link } from './link.tsx';
import { Sql } from './sql.tsx';

/** A finding with its evidence, the threshold that made it one, and what to do. */
export function FindingCard(properties: {
  readonly target: string;
  readonly finding: FindingRow;
  readonly isOpen?: boolean;
}) {
  const { target, finding, isOpen = false } = properties;
  return (
    <details class={`finding ${finding.severity}`} open={isOpen}>
      <summary>
        <span class="badge">{finding.severity}</span> {finding.title}
      </summary>
      <dl class="facts">
        {finding.evidence.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>{finding.remedy}</p>
      {finding.proposals.map((proposal) => (
        <div key={proposal.title}>
          <h3>{proposal.title}</h3>
          <Sql text={proposal.sql.join('\n')} />
          {proposal.action === null ? null : (
            <p>
              <Link to={link(target, 'actions', proposal.action.id)}>
                action {proposal.action.id}, {proposal.action.state}
              </Link>
            </p>
          )}
          {proposal.undo.length === 0 ? null : (
            <details>
              <summary>undo</summary>
              <Sql text={proposal.undo.join('\n')} />
            </details>
          )}
        </div>
      ))}
      <p class="muted">
        {finding.id} · {finding.threshold} · {finding.source}
      </p>
    </details>
  );
}
