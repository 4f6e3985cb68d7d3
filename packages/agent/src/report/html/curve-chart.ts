import { html, type Markup } from './markup.ts';

/** A point of a curve. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** What the point says when it is pointed at. */
  readonly label: string;
}

/** A curve that rises in steps: what is reached at a point holds until the next. */
export interface CurveChart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows, for those who cannot see it. */
  readonly description: string;
  /** By ascending x. */
  readonly points: readonly CurvePoint[];
  /** A point marked among them, on the curve or off it. */
  readonly chosen: CurvePoint;
  readonly maximum: { readonly x: number; readonly y: number };
  readonly formatTick: { readonly x: (value: number) => string; readonly y: (value: number) => string };
}

const HEIGHT = 240;
const AXIS_HEIGHT = 26;
/** Room above the topmost line for half its name. */
const TOP = 8;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/**
 * Draws a stepped curve as SVG. It stretches with the page while texts, lines and points keep their size: positions
 * are percentages, and the line itself lies in a box of its own that alone is stretched.
 */
export function curveChart(chart: CurveChart): Markup {
  return html`<svg class="chart curve" role="img" aria-labelledby="${chart.id}-title ${chart.id}-description"
  width="100%" height="${TOP + HEIGHT + AXIS_HEIGHT}">
<title id="${chart.id}-title">${chart.title}</title>
<desc id="${chart.id}-description">${chart.description}</desc>
${TICKS.map((share) => drawTicks(chart, share))}
<svg x="0" y="${TOP}" width="100%" height="${HEIGHT}" viewBox="0 0 1000 1000" preserveAspectRatio="none" overflow="visible"><path class="line" d="${stepsOf(chart)}"/></svg>
${chart.points.map((point) => drawPoint(chart, point, html`class="point" r="4"`))}
${drawPoint(chart, chart.chosen, html`class="point chosen" r="6"`)}
</svg>`;
}

function drawTicks({ maximum, formatTick }: CurveChart, share: number): Markup {
  const x = percent(share);
  const y = TOP + HEIGHT * (1 - share);
  const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
  const between = share === 0.25 || share === 0.75 ? ' between' : '';
  return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/>
${share === 0 ? null : html`<text class="tick" x="-8" y="${y + 4}" text-anchor="end">${formatTick.y(share * maximum.y)}</text>`}
<text class="tick${between}" x="${x}" y="${TOP + HEIGHT + 18}" text-anchor="${anchor}">${formatTick.x(share * maximum.x)}</text>`;
}

function stepsOf({ points, maximum }: CurveChart): string {
  const steps = points.map(({ x, y }, index) => {
    const [across, up] = [(x / maximum.x) * 1000, 1000 - (y / maximum.y) * 1000];
    return index === 0 ? `M${across.toFixed(1)} ${up.toFixed(1)}` : `H${across.toFixed(1)}V${up.toFixed(1)}`;
  });
  return `${steps.join('')}H1000`;
}

function drawPoint({ maximum }: CurveChart, { x, y, label }: CurvePoint, look: Markup): Markup {
  const top = TOP + HEIGHT * (1 - y / maximum.y);
  return html`<circle ${look} cx="${percent(x / maximum.x)}" cy="${top.toFixed(1)}"><title>${label}</title></circle>`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
