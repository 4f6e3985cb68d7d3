import type {
  StatementPeriodView,
  StatementVerdictView,
  VerdictView,
} from '../../../agent/src/app/views/action-types.ts';
import { format } from '../format.ts';
import { link } from '../route.ts';
import { judgementWords, ratioWords } from './action-words.ts';
import { Link } from './link.tsx';
import { type Column, Table } from './table.tsx';

const TONES: Readonly<Record<string, string>> = { slower: 'critical', faster: 'good' };

/** What an action was measured to have done: as a whole, then statement by statement. */
export function Verdict({ target, verdict }: { readonly target: string; readonly verdict: VerdictView }) {
  const { outcome, reason, recommendation, effect, control, loadRatio, statements, method } = verdict;
  return (
    <section>
      <h2>What it did</h2>
      <p>
        <b>{outcome}</b>: {reason}
        {recommendation === null ? '' : recommendation === 'keep' ? '; it stays' : '; it is taken back'}
      </p>
      <dl class="facts">
        {effect === null ? null : (
          <Fact name="time per call, after ÷ before" value={ratioWords(effect.time)} />
        )}
        {effect?.blocks == null ? null : (
          <Fact name="blocks per call, after ÷ before" value={ratioWords(effect.blocks)} />
        )}
        {control === null ? null : (
          <Fact
            name={`${control.statements} untouched statements meanwhile`}
            value={ratioWords(control.shift)}
          />
        )}
        {loadRatio === null ? null : (
          <Fact name="calls of all statements" value={`${Number(loadRatio.toPrecision(2))}× as many`} />
        )}
      </dl>
      <Table
        caption="Statements that it could touch; 1× is no change, and the true value lies between the two with 95 % certainty"
        columns={columnsFor(target)}
        rows={statements}
        keyOf={({ fingerprint, role }) => `${fingerprint} ${role}`}
        empty="no statement that it could touch ran"
      />
      <details>
        <summary>how it was measured</summary>
        <p>{method}</p>
      </details>
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function columnsFor(target: string): readonly Column<StatementVerdictView>[] {
  const period = (
    side: 'before' | 'after',
    show: (period: StatementPeriodView) => string,
  ): Column<StatementVerdictView>['show'] => {
    return (row) => show(row[side]);
  };
  const mean = ({ meanMs, calls }: StatementPeriodView): string =>
    `${format(meanMs, 'ms')} × ${format(calls, 'count')}`;
  return [
    {
      id: 'statement',
      title: 'statement',
      show: ({ fingerprint, text }) => (
        <Link to={link(target, 'query', fingerprint)} class="statement">
          {text ?? fingerprint}
        </Link>
      ),
    },
    { id: 'role', title: 'it', show: ({ role }) => (role === 'affected-writer' ? 'writes' : 'reads') },
    {
      id: 'judgement',
      title: 'became',
      show: ({ judgement }) => <b class={TONES[judgement] ?? ''}>{judgementWords(judgement)}</b>,
    },
    {
      id: 'time',
      title: 'time per call',
      show: ({ time }) => ratioWords(time),
      sort: ({ time }) => time?.ratio ?? null,
    },
    {
      id: 'before',
      title: 'before',
      hint: 'mean time × calls',
      isNumber: true,
      show: period('before', mean),
    },
    { id: 'after', title: 'after', hint: 'mean time × calls', isNumber: true, show: period('after', mean) },
    { id: 'blocks', title: 'blocks per call', show: ({ blocks }) => ratioWords(blocks) },
  ];
}
