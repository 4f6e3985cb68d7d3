import type { StoredEvent } from '../../series/index.ts';
import type { Axis, History } from '../../store/index.ts';
import type { ViewChart, ViewEvent, ViewSeries } from './types.ts';

/** A tick that is this many times later than usual follows a gap. */
const GAP_FACTOR = 2.5;

/** Ticks of a chart, with an empty one wherever nothing was read. */
export interface ChartAxis {
  readonly atMs: readonly number[];
  /** Index of the tick in the history for each tick of the chart; null in a gap. */
  readonly ticks: readonly (number | null)[];
}

/** Lays out the ticks of a chart: a gap is drawn as a gap. */
export function chartAxis(axis: Axis): ChartAxis {
  const atMs: number[] = [];
  const ticks: (number | null)[] = [];
  const stepMs = medianStep(axis);
  axis.atMs.forEach((at, index) => {
    const before = axis.atMs[index - 1];
    if (before !== undefined && at - before > GAP_FACTOR * stepMs) {
      atMs.push(before + stepMs);
      ticks.push(null);
    }
    atMs.push(at);
    ticks.push(index);
  });
  return { atMs, ticks };
}

function medianStep({ atMs }: Axis): number {
  const steps: number[] = [];
  for (let index = 1; index < atMs.length; index += 1)
    steps.push((atMs[index] ?? 0) - (atMs[index - 1] ?? 0));
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 60_000;
}

/** Draws values tick by tick; what is no number becomes null. Four digits are more than a screen shows. */
export function chartSeries(
  layout: ChartAxis,
  name: string,
  valueAt: (tick: number) => number | undefined,
): ViewSeries {
  return {
    name,
    values: layout.ticks.map((tick) => {
      const value = tick === null ? undefined : valueAt(tick);
      return value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(5));
    }),
  };
}

/** One line of a chart of a single series. */
export interface Line {
  readonly name: string;
  /** Value at a tick from the columns at that tick and the time that it covers. */
  readonly value: (at: (column: string) => number, coveredMs: number) => number;
}

/** Draws a chart from a kind of which there is one series. */
export function singleChart(
  history: History,
  chart: Pick<ViewChart, 'id' | 'title' | 'unit' | 'limit'> & { readonly isStacked?: boolean },
  lines: readonly Line[],
): ViewChart {
  const layout = chartAxis(history.axis);
  const columns = history.series[0]?.columns ?? {};
  const { isStacked = false, ...rest } = chart;
  return {
    ...rest,
    isStacked,
    atMs: layout.atMs,
    series: lines.map(({ name, value }) =>
      chartSeries(layout, name, (tick) =>
        value((column) => columns[column]?.[tick] ?? Number.NaN, history.axis.coveredMs[tick] ?? 0),
      ),
    ),
  };
}

/** A rate per second of a counter. */
export function perSecond(column: string): Line['value'] {
  return (at, coveredMs) => (at(column) * 1_000) / coveredMs;
}

/** What is told of a target rather than done to it: no cause of what a chart shows. */
const NEWS: ReadonlySet<string> = new Set(['finding', 'alert']);

/** Says what changed, in words, for the markers of a chart. */
export function viewChanges(events: readonly StoredEvent[]): readonly ViewEvent[] {
  return viewEvents(events.filter(({ kind }) => !NEWS.has(kind)));
}

/** Says what happened, in words. */
export function viewEvents(events: readonly StoredEvent[]): readonly ViewEvent[] {
  return events.map((event) => ({
    atMs: event.at.getTime(),
    kind: event.kind,
    subject: event.subject,
    text: eventText(event),
  }));
}

function eventText({ kind, subject, detail }: StoredEvent): string {
  const before = detail['before'];
  const after = detail['after'];
  switch (kind) {
    case 'setting':
      return `${subject}: ${String(before)} → ${String(after)}`;
    case 'ddl':
      return `${String(detail['object'] ?? '')} ${subject} ${String(detail['change'] ?? '')}`.trim();
    case 'finding':
      return `${String(detail['change'] ?? '')}: ${String(detail['text'] ?? subject)}`;
    case 'alert':
      return `${String(detail['from'])} → ${String(detail['to'])}: ${String(detail['text'] ?? subject)}`;
    case 'plan-change':
      return `the plan of ${subject} changed: ${String(detail['text'] ?? '')}`;
    case 'restart':
      return `${String(detail['what'] ?? 'the server')} restarted`;
    case 'statistics-reset':
      return `${subject} was reset`;
    case 'clock-step':
      return `${subject} was set by ${String(detail['byMs'])} ms`;
    case 'gap':
      return 'the target was not seen for a while';
    case 'version':
    case 'extension':
    case 'failover':
      return `${subject}: ${String(before ?? 'none')} → ${String(after ?? 'none')}`;
    default:
      return detail['text'] === undefined ? `${kind} ${subject}` : `${subject}: ${String(detail['text'])}`;
  }
}
