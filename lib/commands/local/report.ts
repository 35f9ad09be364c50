import { html, Html, table } from './html';
import { metricCharts, short } from './report-charts';
import { comparison } from './report-comparison';
import type { ReportData } from './report-data';
import { jobSection, pairs } from './report-job';
import { permissionSection } from './report-permissions';
import { predictionSection } from './report-predictions';
import { runsSection } from './report-runs';
import { REPORT_STYLE } from './report-style';

/** What charts, settings and pictures may take together, in characters: the page is to stay below 1 MB. */
const MOST_OF_PARTS = 800_000;

/**
 * One HTML file that tells of a run: it holds its pictures and charts, and opens without a network. The photographs, masks and
 * overlays are read from the paths of the predictions.
 */
export async function renderReport(data: ReportData): Promise<string> {
  const charts = metricCharts(data.metrics);
  const job = jobSection(data);
  const answer = data.predictions[0]?.predictionPath;
  const compared = data.targets && answer !== undefined ? comparison(data.targets, answer) : undefined;
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
        <title>${data.title}</title>
        <style>
          ${new Html(REPORT_STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${data.title}</h1>
          ${outcome(data)} ${data.runs && data.runs.length > 1 ? runsSection(data.runs) : undefined}
          <h2>Metrics</h2>
          ${charts.length > 0 ? html`<div class="charts">${charts}</div>` : html`<p>The job printed no metric that its regexes know.</p>`}
          <h2>Predictions</h2>
          ${data.predictionNote && html`<p>${data.predictionNote}</p>`} ${compared}
          ${await predictionSection(data.predictions, room)}
          <h2>Training job</h2>
          ${job}
          ${
            data.cost &&
            html`<h2>What it would cost</h2>
              <p>${data.cost}</p>`
          }
          ${data.deployed && deployedSection(data.deployed)}
          ${
            data.permissions &&
            html`<h2>Permissions</h2>
              ${permissionSection(data.permissions)}`
          }
          ${
            data.versions &&
            html`<h2>Versions</h2>
              <div class="columns"><section>${pairs(Object.entries(data.versions))}</section></div>`
          }
          ${
            data.notes.length > 0
              ? html`<h2>Notes</h2>
                  <ul>
                    ${data.notes.map((note) => html`<li>${note}</li>`)}
                  </ul>`
              : undefined
          }
        </main>
      </body>
    </html>`;
  return `${page.markup}\n`;
}

/** The job's end, its final metrics and how long the phases took. */
function outcome(data: ReportData): Html {
  const { status, failureReason, lastLines = [], finalMetrics, durations, gate } = data;
  const passed = gate?.every((metric) => metric.passed);
  return html`<dl class="outcome">
      ${tile('status', status, status === 'Completed' ? 'good' : 'bad')}
      ${passed === undefined ? undefined : tile('gate', passed ? 'passed' : 'fell short', passed ? 'good' : 'bad')}
      ${finalMetrics.map(({ MetricName, Value }) => tile(MetricName, short(Value)))}
      ${Object.entries(durations).map(([phase, seconds]) => tile(phase, duration(seconds)))}
    </dl>
    ${failureReason ? html`<p class="failure">${failureReason}</p>` : undefined}
    ${
      lastLines.length > 0
        ? html`<h2>The script's last lines</h2>
            <pre class="scroll" tabindex="0">${lastLines.join('\n')}</pre>`
        : undefined
    }`;
}

/** What was made, and what was left of it. */
function deployedSection({ resources, left }: NonNullable<ReportData['deployed']>): Html {
  const rows = resources.map(({ stack, type, name }) => [name, type, stack]);
  return html`<h2>Resources</h2>
    <p>
      ${left === undefined ? 'Not destroyed.' : html`After the destroy: <b class="${left.length === 0 ? 'good' : 'bad'}">${left.length} left</b>`}
    </p>
    ${
      left && left.length > 0
        ? html`<ul class="errors">
            ${left.map((item) => html`<li>${item}</li>`)}
          </ul>`
        : undefined
    }
    <details>
      <summary>${resources.length} resources were made</summary>
      <div class="scroll">${table(['name', 'type', 'stack'], rows)}</div>
    </details>`;
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
