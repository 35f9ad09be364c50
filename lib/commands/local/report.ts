import { join, relative } from 'node:path';
import { writeWhole } from '../invoke/output-files';
import { type GateOutcome, gateOutcomes } from './gate';
import { folded, html, Html, type HtmlValue, table } from './html';
import { type Curve, curvesOf, metricCharts, short } from './report-charts';
import { comparison } from './report-comparison';
import type { ReportData, RunRecord } from './report-data';
import { jobSection, pairs } from './report-job';
import { predictionSection } from './report-predictions';
import { runsSection } from './report-runs';
import { REPORT_STYLE } from './report-style';
import { rememberRun } from './run-records';
import { runVersions } from './run-versions';

/** What charts, settings and pictures may take together, in characters: the page is to stay below 1 MB. */
const MOST_OF_PARTS = 800_000;

/** Writes the report of a run, with those before it, and with the versions of its Python; returns its path from here. */
export async function writeReport(outDirectory: string, python: string, data: ReportData): Promise<string> {
  const runs = data.trained ? await rememberRun(outDirectory, data) : [];
  const path = join(outDirectory, 'report.html');
  await writeWhole(path, await renderReport(data, runs, await runVersions(python)));
  return relative('', path);
}

/**
 * One HTML file that tells of a run: it holds its pictures and charts, and opens without a network. The photographs, masks and
 * overlays are read from the paths of the predictions.
 * @param runs the last of the same directory, the newest first, this one too
 * @param versions by the name of what ran: Python, TensorFlow, this project's Node
 */
export async function renderReport(
  data: ReportData,
  runs: readonly RunRecord[] = [],
  versions: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { title, predictions, samples, deployed, permissions, notes } = data;
  const curves = curvesOf(data.metrics);
  const charts = metricCharts(curves);
  const gate = gateOutcomes(data.minimumMetrics, data.metrics);
  const job = jobSection(data.request, gate);
  const answer = predictions[0]?.predictionPath;
  const compared = samples.targets && answer !== undefined ? comparison(samples.targets, answer) : undefined;
  const room = [...charts, job].reduce((left, { markup }) => left - markup.length, MOST_OF_PARTS);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Html(REPORT_STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${outcome(data, curves, gate)}
          ${section('Runs of this directory', runs.length > 1 ? runsSection(runs) : undefined)}
          ${section('Metrics', charts.length > 0 ? html`<div class="charts">${charts}</div>` : html`<p>The job printed no metric that its regexes know.</p>`)}
          <h2>Predictions</h2>
          ${predictions.length > 0 && samples.note ? html`<p>${samples.note}</p>` : undefined} ${compared}
          ${await predictionSection(predictions, room)} ${section('Training job', job)}
          ${section('What it would cost', data.cost && html`<p>${data.cost}</p>`)}
          ${section('Resources', deployed && resources(deployed))}
          ${section('Permissions', permissions && permissionUses(permissions))}
          ${section('Versions', html`<div class="columns"><section>${pairs(Object.entries(versions))}</section></div>`)}
          ${section('Notes', notes.length > 0 ? items(notes) : undefined)}
        </main>
      </body>
    </html>`;
  return `${page.markup}\n`;
}

/** A part of the page with its heading, where there is something to tell. */
function section(title: string, content: HtmlValue): Html | undefined {
  return content === undefined
    ? undefined
    : html`<h2>${title}</h2>
        ${content}`;
}

/** The job's end, its final metrics and how long the phases took. */
function outcome(data: ReportData, curves: Iterable<Curve>, gate: readonly GateOutcome[]): Html {
  const { status, failureReason, lastLines = [], durations } = data;
  const passed = gate.every((metric) => metric.passed);
  return html`<dl class="outcome">
      ${tile('status', status, status === 'Completed' ? 'good' : 'bad')}
      ${gate.length > 0 ? tile('gate', passed ? 'passed' : 'fell short', passed ? 'good' : 'bad') : undefined}
      ${[...curves].map(([name, values]) => tile(name, short(values.at(-1)!)))}
      ${Object.entries(durations).map(([phase, seconds]) => tile(phase, duration(seconds)))}
    </dl>
    ${failureReason ? html`<p class="failure">${failureReason}</p>` : undefined}
    ${section(
      "The script's last lines",
      status === 'Failed' && lastLines.length > 0
        ? html`<pre class="scroll" tabindex="0">${lastLines.join('\n')}</pre>`
        : undefined,
    )}`;
}

/** What was made, and what was left of it. */
function resources({ resources: made, left }: NonNullable<ReportData['deployed']>): Html {
  const rows = made.map(({ stack, type, name }) => [name, type, stack]);
  return html`<p>
      ${left === undefined ? 'Not destroyed.' : html`After the destroy: <b class="${left.length === 0 ? 'good' : 'bad'}">${left.length} left</b>`}
    </p>
    ${left && left.length > 0 ? items(left, 'errors') : undefined}
    ${folded(`${made.length} resources were made`, table(['name', 'type', 'stack'], rows))}`;
}

/** Which role did what, and the statements that let it: folded, since there are many. */
function permissionUses(uses: NonNullable<ReportData['permissions']>): Html {
  const rows = uses.map(({ role, action, resource, allowed, statements, times }) => [
    ...[role, action, resource, allowed ? 'allowed' : 'denied', statements.join(', '), times],
  ]);
  const columns = ['role', 'action', 'resource', 'decision', 'statements', 'times'];
  return folded(`${uses.length} uses of permissions`, table(columns, rows));
}

function items(texts: readonly string[], kind = ''): Html {
  return html`<ul class="${kind}">
    ${texts.map((text) => html`<li>${text}</li>`)}
  </ul>`;
}

function tile(name: string, value: string, tone = ''): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd class="${tone}">${value}</dd>
  </div>`;
}

/** "0.4 s", "42 s", "3 min 5 s". */
function duration(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
