import * as echarts from 'echarts';
import { html, Html, table } from './html';
import type { ReportMetric } from './report-data';

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

/**
 * One chart per metric family, the part of the name after the colon: train:loss and validation:loss share "loss".
 * @param commonFamily what all of them are, where their names do not say it
 */
export function metricCharts(metrics: readonly ReportMetric[], commonFamily?: string): Html[] {
  const families = new Map<string, ReportMetric[]>();
  for (const metric of metrics.filter(({ points }) => points.length > 0)) {
    const family = commonFamily ?? metric.name.slice(metric.name.indexOf(':') + 1);
    families.set(family, [...(families.get(family) ?? []), metric]);
  }
  const rows = Math.min(MOST_ROWS, Math.floor(ALL_ROWS / families.size));
  return [...families].map(([family, members]) => familyChart(family, members, rows));
}

function familyChart(family: string, metrics: readonly ReportMetric[], rows: number): Html {
  const longest = Math.max(...metrics.map(({ points }) => points.length));
  const label = `${family} by epoch: ${metrics.map(({ name, points }) => `${name} ends at ${points.at(-1)!.value}`).join(', ')}`;
  return html`<figure class="chart">
    <figcaption>${family}</figcaption>
    ${legend(metrics)}
    <div role="img" aria-label="${label}">${new Html(drawCurves(metrics, longest))}</div>
    <details>
      <summary>values</summary>
      <div class="scroll">${valueTable(metrics, longest, rows)}</div>
    </details>
  </figure>`;
}

function legend(metrics: readonly ReportMetric[]): Html {
  return html`<ul class="legend">
    ${metrics.map(
      ({ name, points }, index) =>
        html`<li>
          <span class="mark" style="color:${seriesColor(name, index)}" aria-hidden="true"
            >${MARKS[index % MARKS.length]}</span
          >${name} <b>${short(points.at(-1)!.value)}</b>
        </li>`,
    )}
  </ul>`;
}

function drawCurves(metrics: readonly ReportMetric[], longest: number): string {
  return drawChart({
    xAxis: {
      type: 'value',
      name: 'epoch',
      min: 1,
      max: Math.max(2, longest),
      minInterval: 1,
      splitLine: { show: false },
    },
    yAxis: { type: 'value', scale: true },
    series: metrics.map((metric, index) => series(metric, index, longest)),
  });
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
function series({ name, points }: ReportMetric, index: number, longest: number): echarts.LineSeriesOption {
  const color = seriesColor(name, index);
  const once = points.length === 1 && longest > 1;
  return {
    type: 'line',
    name,
    silent: true,
    data: once
      ? [1, longest].map((epoch) => [epoch, points[0]!.value])
      : points.map(({ value }, at) => [at + 1, value]),
    itemStyle: { color },
    lineStyle: { color, width: 2.5, type: once ? 'dashed' : (LINES[index % LINES.length] as never) },
    symbol: once || points.length > 40 ? 'none' : SYMBOLS[index % SYMBOLS.length],
    symbolSize: 7,
    // As many points as the chart has pixels, peaks kept.
    sampling: 'lttb',
  };
}

function valueTable(metrics: readonly ReportMetric[], longest: number, rows: number): Html {
  const step = Math.ceil(longest / rows);
  const epochs = Array.from({ length: longest }, (_, at) => at).filter(
    (at) => (longest - 1 - at) % step === 0,
  );
  return html`${step > 1 ? html`<p>Each ${step}th of ${longest} values; metrics.json has all.</p>` : undefined}
  ${table(
    ['epoch', ...metrics.map(({ name }) => name)],
    epochs.map((at) => [at + 1, ...metrics.map(({ points }) => points[at]?.value)]),
  )}`;
}

function seriesColor(name: string, index: number): string {
  return COLORS[name.split(':')[0]!] ?? OTHER_COLORS[index % OTHER_COLORS.length]!;
}

/** Four digits that matter: 0.8231, 12.35. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
