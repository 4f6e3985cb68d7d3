import { shorten } from '../fit-text.ts';
import { type Content, html, type Markup } from './markup.ts';

/** One part of a bar. */
export interface Segment {
  /** Colour of the series, 1..3, or a severity. */
  readonly series: 1 | 2 | 3 | 'critical' | 'warning' | 'info';
  readonly value: number;
}

/** One bar with the text above it. */
export interface Bar {
  readonly label: string;
  /** The value as a person reads it, at the right end. */
  readonly shown: string;
  readonly segments: readonly Segment[];
}

/** A chart of horizontal bars. */
export interface BarChart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows, for those who cannot see it. */
  readonly description: string;
  readonly bars: readonly Bar[];
  /** Value at the right end of the axis. */
  readonly maximum: number;
  /** Shows a value of the axis with its unit. */
  readonly formatTick: (value: number) => string;
  /** A level to compare with, drawn as a dashed line. */
  readonly threshold?: number;
}

const ROW_HEIGHT = 44;
const AXIS_HEIGHT = 26;
const TICKS = [0, 0.25, 0.5, 0.75, 1];
/** Characters that fit above a bar on a screen and on a phone. */
const WIDE_LABEL = 110;
const NARROW_LABEL = 38;

/**
 * Draws horizontal bars as SVG. Widths are percentages, so that bars stretch with the page while text keeps its
 * size, on a phone too.
 */
export function barChart(chart: BarChart): Markup {
  const height = chart.bars.length * ROW_HEIGHT;
  return html`<svg class="chart" role="img" aria-labelledby="${chart.id}-title ${chart.id}-description"
  width="100%" height="${height + AXIS_HEIGHT}">
<title id="${chart.id}-title">${chart.title}</title>
<desc id="${chart.id}-description">${chart.description}</desc>
${TICKS.map((share) => drawTick(chart, share, height))}
${chart.bars.map((bar, index) => drawBar(chart, bar, index * ROW_HEIGHT))}
${chart.threshold === undefined ? null : drawThreshold(chart, chart.threshold)}
</svg>`;
}

function drawTick(chart: BarChart, share: number, height: number): Markup {
  const x = percent(share);
  const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
  const between = share === 0.25 || share === 0.75 ? ' between' : '';
  return html`<line class="grid${between}" x1="${x}" x2="${x}" y1="0" y2="${height}"/>
<text class="tick${between}" x="${x}" y="${height + 18}" text-anchor="${anchor}">${chart.formatTick(share * chart.maximum)}</text>`;
}

function drawBar(chart: BarChart, bar: Bar, top: number): Markup {
  let offset = 0;
  const parts = bar.segments.map(({ series, value }) => {
    const share = chart.maximum > 0 ? Math.min(value / chart.maximum, 1 - offset) : 0;
    const part = html`<rect class="series-${series}" x="${percent(offset)}" y="${top + 22}" width="${percent(share)}" height="14"/>`;
    offset += share;
    return part;
  });
  return html`<text class="label wide" x="0" y="${top + 15}">${shorten(bar.label, WIDE_LABEL)}</text>
<text class="label narrow" x="0" y="${top + 15}">${shorten(bar.label, NARROW_LABEL)}</text>
<text class="value" x="100%" y="${top + 15}" text-anchor="end">${bar.shown}</text>
<rect class="track" x="0" y="${top + 22}" width="100%" height="14"/>${parts}`;
}

/** Marks the level on each bar, and leaves the texts between them free. */
function drawThreshold(chart: BarChart, threshold: number): readonly Markup[] {
  const x = percent(Math.min(1, threshold / chart.maximum));
  return chart.bars.map((_, index) => {
    const top = index * ROW_HEIGHT + 19;
    return html`<line class="threshold" x1="${x}" x2="${x}" y1="${top}" y2="${top + 20}"/>`;
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

/** Draws the legend of a chart: its series by name, and its threshold. */
export function legend(entries: readonly (readonly [string, Content])[]): Markup {
  return html`<ul class="legend">${entries.map(
    ([key, label]) => html`<li><span class="key key-${key}" aria-hidden="true"></span>${label}</li>`,
  )}</ul>`;
}

/** Rounds an axis up to 1, 2, 4, 6, 8 or 10 times a power of ten (of 1024 for bytes), so that its ticks read well. */
export function niceMaximum(value: number, base: 10 | 1024): number {
  if (value <= 0) return 1;
  const steps =
    base === 10 ? [1, 2, 4, 6, 8, 10] : [1, 2, 4, 8, 16, 20, 40, 80, 100, 200, 400, 600, 800, 1024];
  const power = base ** Math.floor(Math.log(value) / Math.log(base));
  return power * (steps.find((step) => step * power >= value) ?? base);
}
