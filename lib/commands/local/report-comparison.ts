import { readFileSync } from 'node:fs';
import { html, type Html, table } from './html';
import { chartFigure, drawChart, short } from './report-charts';

/** More classes than these are no picture. */
const MOST_CLASSES = 20;
/** So many rows stand in the table of residuals. */
const MOST_ROWS = 200;
const COLOR = '#3b82f6';

/**
 * What a model answered rows of numbers beside what it should have: a confusion matrix of classes, or the residuals of numbers.
 * Nothing where the answer is of another shape.
 */
export function comparison(targets: readonly number[], answerPath: string): Html | undefined {
  const answers = answersIn(readFileSync(answerPath, 'utf8'));
  if (answers.length !== targets.length || answers.some((answer) => !answer.every(Number.isFinite))) {
    return undefined;
  }
  const classes = predictedClasses(targets, answers);
  if (classes) {
    return confusionMatrix(targets, classes);
  }
  return answers.every(({ length }) => length === 1) ? residuals(targets, answers.flat()) : undefined;
}

/** Numbers by row, of JSON with or without "predictions" and "score", or of text. */
function answersIn(text: string): number[][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = text
      .trim()
      .split(/[\s,]+/)
      .map(Number);
  }
  const rows = (parsed as { predictions?: unknown } | null)?.predictions ?? parsed;
  return Array.isArray(rows)
    ? rows.map((row: unknown) =>
        [(row as { score?: unknown } | null)?.score ?? row]
          .flat()
          .map((value) => (typeof value === 'number' ? value : Number.NaN)),
      )
    : [];
}

/** The class of each row, where the answers are classes, probabilities of two, or one value a class. */
function predictedClasses(
  targets: readonly number[],
  answers: readonly (readonly number[])[],
): number[] | undefined {
  const known = new Set(targets);
  const width = answers[0]!.length;
  if (width > 1) {
    const indices = [...known].every((target) => Number.isInteger(target) && target >= 0 && target < width);
    return indices && width <= MOST_CLASSES
      ? answers.map((values) => values.indexOf(Math.max(...values)))
      : undefined;
  }
  const values = answers.flat();
  const whole = [...known].every(Number.isInteger) && values.every(Number.isInteger);
  if (whole && new Set([...known, ...values]).size <= MOST_CLASSES) {
    return values;
  }
  const probabilities =
    [...known].every((target) => target === 0 || target === 1) &&
    values.every((value) => value >= 0 && value <= 1);
  return probabilities ? values.map(Math.round) : undefined;
}

function confusionMatrix(targets: readonly number[], predicted: readonly number[]): Html {
  const classes = [...new Set([...targets, ...predicted])].toSorted((a, b) => a - b);
  const names = classes.map(String);
  const counts = classes.map((target) =>
    classes.map(
      (answer) => targets.filter((value, at) => value === target && predicted[at] === answer).length,
    ),
  );
  const right = targets.filter((target, at) => predicted[at] === target).length;
  const cells = counts.flatMap((row, y) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, x) => [x, y, count / (all || 1), count]);
  });
  const axis = { type: 'category' as const, data: names, splitLine: { show: false } };
  const drawing = drawChart({
    xAxis: { ...axis, name: 'predicted' },
    yAxis: { ...axis, name: 'target', inverse: true, nameLocation: 'start' },
    visualMap: {
      show: false,
      min: 0,
      max: 1,
      dimension: 2,
      inRange: { color: ['rgba(59,130,246,0.04)', 'rgba(59,130,246,0.6)'] },
    },
    series: [
      {
        type: 'heatmap',
        silent: true,
        data: cells,
        label: { show: true, color: 'currentColor', fontSize: 13, formatter: '{@[3]}' },
      },
    ],
  });
  return figure(
    'Confusion matrix',
    `${right} of ${targets.length} rows right: ${short((100 * right) / targets.length)} %`,
    drawing,
    table(
      ['target \\ predicted', ...names],
      counts.map((row, at) => [names[at], ...row]),
    ),
  );
}

function residuals(targets: readonly number[], predicted: readonly number[]): Html {
  const points = predicted.map((value, at) => [value, targets[at]! - value] as [number, number]);
  const mean = (of: (residual: number) => number) =>
    points.reduce((sum, [, residual]) => sum + of(residual), 0) / points.length;
  const drawing = drawChart({
    xAxis: { type: 'value', name: 'predicted', scale: true },
    yAxis: { type: 'value', name: 'target − predicted', scale: true, nameLocation: 'end' },
    series: [
      {
        type: 'scatter',
        silent: true,
        data: points,
        symbolSize: 6,
        itemStyle: { color: COLOR, opacity: 1 },
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: 'currentColor', type: 'solid' },
          data: [{ yAxis: 0 }],
        },
      },
    ],
  });
  return figure(
    'Residuals',
    `root mean squared error ${short(Math.sqrt(mean((residual) => residual ** 2)))}, mean absolute error ${short(mean(Math.abs))}, mean ${short(mean((residual) => residual))}`,
    drawing,
    table(
      ['row', 'target', 'predicted', 'target − predicted'],
      points
        .slice(0, MOST_ROWS)
        .map(([value, residual], at) => [at + 1, targets[at], short(value), short(residual)]),
    ),
  );
}

function figure(caption: string, told: string, drawing: string, values: Html): Html {
  const facts = { told: html`<p class="facts">${told}</p>`, label: `${caption}: ${told}` };
  return html`<div class="charts">${chartFigure(caption, { ...facts, drawing, values })}</div>`;
}
