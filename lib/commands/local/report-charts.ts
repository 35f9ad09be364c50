import * as echarts from 'echarts';
import type { FinalMetric } from '../../training/job/minimum-metrics';
import { folded, html, Html, type HtmlValue, table } from './html';

/** A metric's name, as in MetricDefinitions: "validation:loss"; its values in the order of the log. */
export type Curve = readonly [name: string, values: readonly number[]];

/** Drawn at this size, in pixels, and scaled to the page by its view box. */
const WIDTH = 440;
const HEIGHT = 280;

/** Series colours: each has a contrast of 3:1 at least to the page, white or near-black. */
const COLORS: Readonly<Record<string, string>> = { train: '#3b82f6', validation: '#d9690f', test: '#0f9b8a' };
const OTHER_COLORS = ['#a855f7', '#e11d74', '#64748b', '#7b9110'];

/** What tells a series from the others without its colour: its line, and the mark at its points. */
const LINES = ['solid', [8, 4], [2, 3], [10, 3, 2, 3]] as const;
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'] as const;
const MARKS = ['●', '■', '▲', '◆'] as const;

/** Most rows of the tables of all charts, and of one: a report stays small however long the run. */
const ALL_ROWS = 2000;
const MOST_ROWS = 200;

/** The curves of values, in the order in which the log began with them. */
export function curvesOf(metrics: readonly FinalMetric[]): Map<string, number[]> {
  const curves = new Map<string, number[]>();
  for (const { MetricName: name = '', Value: value = NaN } of metrics) {
    curves.set(name, curves.get(name) ?? []);
    curves.get(name)!.push(value);
  }
  return curves;
}

/**
 * One chart per metric family, the part of the name after the colon: train:loss and validation:loss share "loss".
 * @param commonFamily what all of them are, where their names do not say it
 */
export function metricCharts(curves: Iterable<Curve>, commonFamily?: string): Html[] {
  const families = new Map<string, Curve[]>();
  for (const curve of curves) {
    const family = commonFamily ?? curve[0].slice(curve[0].indexOf(':') + 1);
    families.set(family, [...(families.get(family) ?? []), curve]);
  }
  const rows = Math.min(MOST_ROWS, Math.floor(ALL_ROWS / families.size));
  return [...families].map(([family, members]) => familyChart(family, members, rows));
}

function familyChart(family: string, curves: readonly Curve[], rows: number): Html {
  const longest = Math.max(...curves.map(([, values]) => values.length));
  const ends = curves.map(([name, values]) => `${name} ends at ${values.at(-1)}`);
  const drawing = drawChart({
    xAxis: {
      type: 'value',
      name: 'epoch',
      min: 1,
      max: Math.max(2, longest),
      minInterval: 1,
      splitLine: { show: false },
    },
    yAxis: { type: 'value', scale: true },
    series: curves.map((curve, index) => series(curve, index, longest)),
  });
  return chartFigure(family, {
    told: legend(curves),
    label: `${family} by epoch: ${ends.join(', ')}`,
    drawing,
    values: valueTable(curves, longest, rows),
  });
}

/** A drawing with what is told of it above, in words for who cannot see it, and its values folded below. */
export function chartFigure(
  caption: string,
  of: { readonly told: Html; readonly label: string; readonly drawing: string; readonly values: HtmlValue },
): Html {
  return html`<figure class="chart">
    <figcaption>${caption}</figcaption>
    ${of.told}
    <div role="img" aria-label="${of.label}">${new Html(of.drawing)}</div>
    ${folded('values', of.values)}
  </figure>`;
}

function legend(curves: readonly Curve[]): Html {
  return html`<ul class="legend">
    ${curves.map(
      ([name, values], index) =>
        html`<li>
          <span class="mark" style="color:${seriesColor(name, index)}" aria-hidden="true"
            >${MARKS[index % MARKS.length]}</span
          >${name} <b>${short(values.at(-1)!)}</b>
        </li>`,
    )}
  </ul>`;
}

/** A chart as SVG, its text and axes in the colour of the page's text; a name of the upward axis stands above it. */
export function drawChart({
  xAxis,
  yAxis,
  ...option
}: echarts.EChartsOption & { xAxis: object; yAxis: object }): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  const text = { color: 'currentColor', fontSize: 13 };
  const axis = {
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: text,
    axisLine: { onZero: false, lineStyle: { color: 'currentColor', opacity: 0.4 } },
    axisLabel: text,
    splitLine: { lineStyle: { color: 'currentColor', opacity: 0.12 } },
  };
  try {
    chart.setOption({
      animation: false,
      grid: { left: 8, right: 14, top: 'name' in yAxis ? 30 : 14, bottom: 30, containLabel: true },
      textStyle: { fontFamily: 'system-ui, sans-serif' },
      xAxis: { ...axis, ...xAxis },
      yAxis: { ...axis, nameGap: 12, nameTextStyle: { ...text, align: 'left' }, ...yAxis },
      ...option,
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** A line through the epochs. A value that came once, as of a test at the end, is a dashed line across: it has no epoch. */
function series([name, values]: Curve, index: number, longest: number): echarts.LineSeriesOption {
  const color = seriesColor(name, index);
  const once = values.length === 1 && longest > 1;
  return {
    type: 'line',
    name,
    silent: true,
    data: once
      ? [1, longest].map((epoch) => [epoch, values[0]!])
      : values.map((value, at) => [at + 1, value]),
    itemStyle: { color },
    lineStyle: { color, width: 2.5, type: once ? 'dashed' : (LINES[index % LINES.length] as never) },
    symbol: once || values.length > 40 ? 'none' : SYMBOLS[index % SYMBOLS.length],
    symbolSize: 7,
    // As many points as the chart has pixels, peaks kept.
    sampling: 'lttb',
  };
}

function valueTable(curves: readonly Curve[], longest: number, rows: number): Html {
  const step = Math.ceil(longest / rows);
  const epochs = thinned([...Array(longest).keys()], rows);
  return html`${step > 1 ? html`<p>Each ${step}th of ${longest} values; metrics.json has all.</p>` : undefined}
  ${table(
    ['epoch', ...curves.map(([name]) => name)],
    epochs.map((at) => [at + 1, ...curves.map(([, values]) => values[at])]),
  )}`;
}

/** So many of a list at most, evenly, the last among them. */
export function thinned<T>(items: readonly T[], most: number): T[] {
  const step = Math.ceil(items.length / most);
  return items.filter((_, at) => (items.length - 1 - at) % step === 0);
}

function seriesColor(name: string, index: number): string {
  return COLORS[name.split(':')[0]!] ?? OTHER_COLORS[index % OTHER_COLORS.length]!;
}

/** Four digits that matter: 0.8231, 12.35. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
