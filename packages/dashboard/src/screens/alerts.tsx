import { useState } from 'preact/hooks';
import type {
  AlertRow,
  AlertsView,
  AttemptRow,
  ChannelRow,
  DryRunView,
  RuleRow,
  SilenceRow,
} from '../../../agent/src/app/views/alert-types.ts';
import { rangeQuery, request, useApi } from '../api/client.ts';
import { format, formatTime } from '../format.ts';
import { Events } from '../parts/events.tsx';
import { State } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { now, range } from '../route.ts';

const ATTEMPTS: readonly Column<AttemptRow>[] = [
  { id: 'at', title: 'time', show: (row) => formatTime(row.atMs), sort: (row) => row.atMs },
  { id: 'channel', title: 'channel', show: (row) => row.channel, sort: (row) => row.channel },
  {
    id: 'status',
    title: 'outcome',
    show: (row) => <span class={row.status === 'delivered' ? 'good' : 'critical'}>{row.status}</span>,
  },
  { id: 'response', title: 'answer', isNumber: true, show: (row) => row.responseStatus ?? '–' },
  { id: 'attempt', title: 'attempt', isNumber: true, show: (row) => row.attempt },
  { id: 'took', title: 'took', isNumber: true, show: (row) => format(row.durationMs, 'ms') },
  { id: 'error', title: 'why', show: (row) => row.error ?? '' },
];

/** What fires, who is told of it, and who is not. */
export function Alerts({ target }: { readonly target: string }) {
  const [changes, setChanges] = useState(0);
  const loaded = useApi<AlertsView>(
    `/targets/${encodeURIComponent(target)}/alerts?${rangeQuery(range.value)}&at=${now.value}&n=${changes}`,
  );
  const changed = (): void => setChanges((count) => count + 1);
  return (
    <State loaded={loaded}>
      {(view) => (
        <>
          {view.trouble === null ? null : (
            <p class="trouble" role="alert">
              {view.trouble}
            </p>
          )}
          <Firing alerts={view.alerts} onSilence={changed} />
          <Silences silences={view.silences} windows={view.windows} onEnd={changed} />
          <Channels channels={view.channels} onTest={changed} />
          <h2>Deliveries</h2>
          <Table
            caption="Last deliveries"
            columns={ATTEMPTS}
            rows={view.attempts}
            keyOf={(row) => `${row.atMs} ${row.channel} ${row.attempt}`}
            empty="nobody has been told of anything yet"
          />
          <Rules rules={view.rules} />
          <Events events={view.changes} title="What fired and what is over" />
        </>
      )}
    </State>
  );
}

function Firing({
  alerts,
  onSilence,
}: {
  readonly alerts: readonly AlertRow[];
  readonly onSilence: () => void;
}) {
  if (alerts.length === 0) return <p class="good">Nothing fires.</p>;
  return (
    <ul class="alerts">
      {alerts.map((alert) => (
        <li key={alert.fingerprint} class={`finding ${alert.status === 'firing' ? alert.severity : 'quiet'}`}>
          <div>
            <span class="badge">{alert.status === 'firing' ? alert.severity : alert.status}</span>{' '}
            <b>{alert.name}</b> {alert.summary}
          </div>
          <div class="muted">
            {alert.status} since {formatTime(alert.sinceMs)}
            {alert.muted === null ? '' : ` · ${alert.muted}`}
          </div>
          {alert.muted === null && alert.name !== 'watchdog' && alert.status !== 'resolved' ? (
            <SilenceForm alert={alert} onDone={onSilence} />
          ) : null}
        </li>
      ))}
    </ul>
  );
}

const DURATIONS = [
  { title: '1 hour', ms: 3_600_000 },
  { title: '8 hours', ms: 28_800_000 },
  { title: '1 day', ms: 86_400_000 },
  { title: '1 week', ms: 604_800_000 },
] as const;

/** Silences exactly this alert, with a reason. */
function SilenceForm({ alert, onDone }: { readonly alert: AlertRow; readonly onDone: () => void }) {
  const [comment, setComment] = useState('');
  const [durationMs, setDuration] = useState<number>(DURATIONS[0].ms);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const matchers = Object.entries(alert.labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    try {
      await request('/silences', { method: 'POST', body: JSON.stringify({ matchers, durationMs, comment }) });
      onDone();
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <details>
      <summary>silence</summary>
      <form class="inline" onSubmit={(event) => void submit(event)}>
        <label>
          for{' '}
          <select onChange={(event) => setDuration(Number(event.currentTarget.value))}>
            {DURATIONS.map(({ title, ms }) => (
              <option key={ms} value={ms} selected={ms === durationMs}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          because{' '}
          <input
            required
            maxLength={1_000}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
        </label>
        <button type="submit">silence</button>
        {error === null ? null : <span role="alert">{error}</span>}
      </form>
    </details>
  );
}

function Silences({
  silences,
  windows,
  onEnd,
}: Pick<AlertsView, 'silences' | 'windows'> & { readonly onEnd: () => void }) {
  const end = async (id: string): Promise<void> => {
    await request(`/silences/${encodeURIComponent(id)}`, { method: 'DELETE' });
    onEnd();
  };
  const columns: readonly Column<SilenceRow>[] = [
    { id: 'matchers', title: 'silenced', show: (row) => <code>{row.matchers.join(', ')}</code> },
    { id: 'ends', title: 'until', show: (row) => formatTime(row.endsAtMs) },
    { id: 'author', title: 'by', show: (row) => row.author },
    { id: 'comment', title: 'because', show: (row) => row.comment },
    {
      id: 'end',
      title: 'end it',
      show: (row) => (
        <button type="button" onClick={() => void end(row.id)}>
          end now
        </button>
      ),
    },
  ];
  return (
    <>
      <h2>Silences</h2>
      <Table
        caption="Silences that hold"
        columns={columns}
        rows={silences}
        keyOf={(row) => row.id}
        empty="nothing is silenced"
      />
      {windows.map(({ name, schedule, isOpen }) => (
        <p key={name} class={isOpen ? '' : 'muted'}>
          maintenance window <b>{name}</b>: {schedule}
          {isOpen ? ', open now' : ''}
        </p>
      ))}
    </>
  );
}

interface TestAnswer {
  readonly durationMs: number;
  readonly outcome: { readonly kind: string; readonly error?: string | null };
}

function Channels({
  channels,
  onTest,
}: {
  readonly channels: readonly ChannelRow[];
  readonly onTest: () => void;
}) {
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({});
  const test = async (name: string): Promise<void> => {
    const say = (text: string): void => setAnswers((before) => ({ ...before, [name]: text }));
    say('sending …');
    try {
      const { outcome, durationMs } = await request<TestAnswer>(
        `/channels/${encodeURIComponent(name)}/test`,
        {
          method: 'POST',
        },
      );
      say(
        `${outcome.kind} in ${format(durationMs, 'ms')}${outcome.error == null ? '' : `: ${outcome.error}`}`,
      );
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
    onTest();
  };
  const columns: readonly Column<ChannelRow>[] = [
    { id: 'name', title: 'channel', show: (row) => row.name },
    { id: 'kind', title: 'kind', show: (row) => row.kind },
    { id: 'destination', title: 'leads to', show: (row) => row.destination },
    {
      id: 'test',
      title: 'test',
      show: (row) => (
        <>
          <button type="button" onClick={() => void test(row.name)}>
            send a test
          </button>{' '}
          <output>{answers[row.name] ?? ''}</output>
        </>
      ),
    },
  ];
  return (
    <>
      <h2>Channels</h2>
      <Table
        caption="Who is told"
        columns={columns}
        rows={channels}
        keyOf={(row) => row.name}
        empty="nobody is told: add [[alert.channels]] to pgsteward.toml (docs/guides/alerts.md)"
      />
    </>
  );
}

function Rules({ rules }: { readonly rules: readonly RuleRow[] }) {
  const [runs, setRuns] = useState<Readonly<Record<string, string>>>({});
  const dryRun = async ({ id, severity }: RuleRow): Promise<void> => {
    const say = (text: string): void => setRuns((before) => ({ ...before, [`${id} ${severity}`]: text }));
    say('…');
    try {
      const found = await request<readonly DryRunView[]>(
        `/rules/${encodeURIComponent(id)}/dry-run?${rangeQuery(range.value)}`,
      );
      const own = found.find((run) => run.severity === severity);
      say(
        own === undefined
          ? 'nothing to run'
          : `${own.firedCount} times, ${format(own.firingMs, 'ms')} in all (${own.readingsCount} readings)`,
      );
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  const columns: readonly Column<RuleRow>[] = [
    { id: 'id', title: 'rule', show: (row) => row.id, sort: (row) => row.id },
    { id: 'severity', title: 'severity', show: (row) => row.severity, sort: (row) => row.severity },
    { id: 'condition', title: 'fires when', show: (row) => row.condition },
    {
      id: 'for',
      title: 'for',
      isNumber: true,
      show: (row) => (row.forMs === 0 ? '–' : format(row.forMs, 'ms')),
    },
    {
      id: 'dry-run',
      title: 'over the time shown it would have fired',
      show: (row) =>
        row.kind === 'measurement' && row.id !== 'watchdog' && row.id !== 'monitoring-gap' ? (
          <>
            <button type="button" onClick={() => void dryRun(row)}>
              try
            </button>{' '}
            <output>{runs[`${row.id} ${row.severity}`] ?? ''}</output>
          </>
        ) : (
          ''
        ),
    },
  ];
  return (
    <details>
      <summary>{rules.length} rules</summary>
      <Table
        caption="Rules"
        columns={columns}
        rows={rules}
        keyOf={(row) => `${row.id} ${row.severity} ${row.condition}`}
      />
    </details>
  );
}
