import { useMemo } from 'preact/hooks';
import type { ViewChart } from '../../../agent/src/app/views/types.ts';
import { format } from '../format.ts';
import { lastOf } from './words.ts';

/** Names the series with their values at the cursor, or the last ones; a click hides or shows one. */
export function Legend(properties: {
  readonly chart: ViewChart;
  readonly colors: readonly string[];
  /** Tick under the cursor. */
  readonly cursor: number | null;
  readonly hidden: ReadonlySet<string>;
  readonly onHide: (hidden: ReadonlySet<string>) => void;
}) {
  const { chart, colors, cursor, hidden, onHide } = properties;
  const last = useMemo(() => chart.series.map(({ values }) => lastOf(values)), [chart]);
  const toggle = (name: string): void => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    onHide(next);
  };
  return (
    <ul class="legend">
      {chart.series.map(({ name, values }, index) => (
        <li key={name}>
          <button
            type="button"
            aria-pressed={!hidden.has(name)}
            title={hidden.has(name) ? `show ${name}` : `hide ${name}`}
            onClick={() => toggle(name)}
          >
            <i class={`swatch ${(colors[index] ?? '').slice(2)}`} />
            <span class="name">{name}</span>
            <span class="value">{format(cursor === null ? last[index] : values[cursor], chart.unit)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
