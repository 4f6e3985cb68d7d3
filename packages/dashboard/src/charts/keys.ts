import type uPlot from 'uplot';

/** Share of a chart that a key with its page moves by. */
const PAGE_SHARE = 0.1;

/**
 * Moves the cursor of a chart by the keyboard: arrows by a tick, page keys by a tenth, home and end to the ends. With
 * shift the stretch in between is marked; enter takes it, escape lets it go.
 */
export function moveByKey(
  event: KeyboardEvent,
  plot: uPlot,
  onBrush?: (fromMs: number, toMs: number) => void,
): void {
  if (event.key === 'Enter') take(plot, onBrush);
  if (event.key === 'Escape') plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  const last = plot.data[0].length - 1;
  const from = plot.cursor.idx ?? last;
  const to = target(event.key, { from, last });
  if (to === null) return;
  event.preventDefault();
  if (event.shiftKey && onBrush !== undefined) extend(plot, from, to);
  const time = plot.data[0][to] ?? 0;
  plot.setCursor({ left: plot.valToPos(time, 'x'), top: plot.over.clientHeight / 2 });
}

function target(key: string, at: { readonly from: number; readonly last: number }): number | null {
  const page = Math.max(1, Math.round(at.last * PAGE_SHARE));
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowDown: -1,
    ArrowUp: 1,
    PageDown: -page,
    PageUp: page,
    Home: -at.last,
    End: at.last,
  };
  const step = steps[key];
  return step === undefined ? null : Math.min(at.last, Math.max(0, at.from + step));
}

/** Moves that end of the mark which lies under the cursor; without a mark, one begins there. */
function extend(plot: uPlot, from: number, to: number): void {
  const x = (tick: number): number => plot.valToPos(plot.data[0][tick] ?? 0, 'x');
  const { left, width } = plot.select;
  const here = x(from);
  const isAtLeft = Math.abs(here - left) <= Math.abs(here - left - width);
  const anchor = width === 0 ? here : isAtLeft ? left + width : left;
  const other = x(to);
  plot.setSelect(
    {
      left: Math.min(anchor, other),
      width: Math.abs(other - anchor),
      top: 0,
      height: plot.over.clientHeight,
    },
    false,
  );
}

function take(plot: uPlot, onBrush?: (fromMs: number, toMs: number) => void): void {
  const { left, width } = plot.select;
  if (onBrush === undefined || width === 0) return;
  onBrush(plot.posToVal(left, 'x') * 1_000, plot.posToVal(left + width, 'x') * 1_000);
}
