import { formatTime } from '../format.ts';
import { RANGES, range, setParameters, showRange } from '../route.ts';

/** Chooses the stretch of time that everything shows; it stands in the address. */
export function RangePicker() {
  const { id, fromMs, toMs, isLive } = range.value;
  const shift = (direction: -1 | 1): void => {
    const by = (toMs - fromMs) * direction;
    showRange(fromMs + by, Math.min(Date.now(), toMs + by));
  };
  return (
    <fieldset class="ranges">
      <legend class="hidden">Time</legend>
      <button type="button" title="earlier" aria-label="earlier" onClick={() => shift(-1)}>
        ‹
      </button>
      {RANGES.map((candidate) => (
        <button
          type="button"
          key={candidate.id}
          aria-pressed={candidate.id === id}
          onClick={() => setParameters({ range: candidate.id, from: null, to: null })}
        >
          {candidate.title}
        </button>
      ))}
      <button type="button" title="later" aria-label="later" disabled={isLive} onClick={() => shift(1)}>
        ›
      </button>
      <output>{isLive ? 'live' : `${formatTime(fromMs, false)} – ${formatTime(toMs, false)}`}</output>
    </fieldset>
  );
}
