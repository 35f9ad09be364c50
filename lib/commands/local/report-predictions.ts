import { basename, relative } from 'node:path';
import sharp from 'sharp';
import { classStyle, segmentationClass } from '../invoke/classes';
import { latencyOf } from '../invoke/latency';
import { colorMask } from '../invoke/mask';
import type { PredictionResult } from '../invoke/predict-files';
import { folded, html, type Html, table } from './html';

/** Longest side of an embedded picture, in pixels. */
const THUMBNAIL = 320;
/** The index of each class by its name, for colours of what results name by text. */
const CLASS_INDICES = new Map(
  Array.from({ length: 256 }, (_, index) => [segmentationClass(index).name, index]),
);

/** So many rows of timings, and of failures, are shown. */
const MOST_ROWS = 200;

/**
 * Input beside mask beside overlay, shares of the classes and times, for each prediction.
 * @param room how many characters the pictures may take
 */
export async function predictionSection(
  predictions: readonly PredictionResult[],
  room: number,
): Promise<Html> {
  if (predictions.length === 0) {
    return html`<p>No predictions were made.</p>`;
  }
  const drawn = predictions.filter(({ maskPath }) => maskPath !== undefined);
  const cards: Html[] = [];
  let left = room;
  for (const prediction of drawn) {
    const next = await card(prediction);
    left -= next.markup.length;
    if (left < 0) {
      break;
    }
    cards.push(next);
  }
  const unshown = drawn.length - cards.length;
  return html`${failures(predictions)} ${cards.length > 0 ? classLegend(drawn) : undefined}
    <div class="cards">${cards}</div>
    ${unshown > 0 ? html`<p>${unshown} more are in the folder of the predictions.</p>` : undefined}
    ${timings(predictions)}`;
}

async function card(prediction: PredictionResult): Promise<Html> {
  const { file, maskPath, overlayPath, classCounts = {}, width, height, latencyMs } = prediction;
  const pixels = Object.values(classCounts).reduce((sum, count) => sum + count, 0);
  const classes = Object.entries(classCounts).map(([of, count]) => ({
    of,
    count,
    percent: (100 * count) / pixels,
  }));
  const found = classes
    .filter(({ count }) => count > 0)
    .map(({ of, percent }) => `${of} ${percent.toFixed(0)} %`)
    .join(', ');
  const name = basename(file);
  const [input, mask, overlay] = await Promise.all([
    picture('input', file, 'photograph', `the photograph ${name}`),
    picture('mask', maskPath, 'mask', `the mask of ${name}: ${found}`),
    picture('overlay', overlayPath, 'photograph', `the mask over ${name}`),
  ]);
  return html`<article class="card">
    <h3>${name}</h3>
    <div class="pictures">${[input, mask, overlay]}</div>
    ${shares(classes)}
    <p class="facts">${shownPath(file)}: ${width} × ${height} px, ${latencyMs} ms</p>
  </article>`;
}

/** From the current directory, where the file lies below it. */
function shownPath(file: string): string {
  const path = relative('', file);
  return path.startsWith('..') ? file : path;
}

async function picture(
  caption: string,
  path: string | undefined,
  kind: 'photograph' | 'mask',
  alternative: string,
): Promise<Html> {
  const source = path && (await thumbnail(path, kind).catch(() => undefined));
  return html`<figure>
    ${source ? html`<img src="${source}" alt="${alternative}" />` : html`<p class="missing">not readable</p>`}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** The picture as a data URL, small. A mask's indices become the colours of their classes. */
async function thumbnail(path: string, kind: 'photograph' | 'mask'): Promise<string> {
  const bounds = { width: THUMBNAIL, height: THUMBNAIL, fit: 'inside', withoutEnlargement: true } as const;
  if (kind === 'photograph') {
    const jpeg = await sharp(path)
      .autoOrient()
      .resize(bounds)
      .flatten({ background: 'white' })
      .jpeg({ quality: 80 })
      .toBuffer();
    return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
  }
  const { data, info } = await sharp(path)
    .resize({ ...bounds, kernel: 'nearest' })
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const png = await sharp(colorMask(data), { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .png({ palette: true })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

function classLegend(predictions: readonly PredictionResult[]): Html {
  const present = new Set(predictions.flatMap(({ classCounts = {} }) => Object.keys(classCounts)));
  return html`<ul class="legend">
    ${[...CLASS_INDICES]
      .filter(([name]) => present.has(name))
      .map(([name, index]) => html`<li><i style="background:${classStyle(index)}"></i>${name}</li>`)}
  </ul>`;
}

/** A bar of the classes' shares, and the same in numbers. */
function shares(classes: readonly { of: string; count: number; percent: number }[]): Html {
  const color = (name: string) => classStyle(CLASS_INDICES.get(name) ?? 0);
  return html`<div class="shares" aria-hidden="true">
      ${classes.map(({ of, percent }) => html`<i style="width:${percent.toFixed(1)}%;background:${color(of)}"></i>`)}
    </div>
    ${table(
      ['class', 'pixels', 'share'],
      classes.map(({ of, count, percent }) => [
        ...[of, count.toLocaleString('en-US'), `${percent.toFixed(1)} %`],
      ]),
      'counts',
    )}`;
}

function failures(predictions: readonly PredictionResult[]): Html | undefined {
  const failed = predictions.filter(({ status }) => status !== 'predicted');
  return failed.length === 0
    ? undefined
    : html`<ul class="errors">
        ${failed.slice(0, MOST_ROWS).map(({ file, error }) => html`<li><b>${file}</b>: ${error}</li>`)}
      </ul>`;
}

function timings(predictions: readonly PredictionResult[]): Html {
  const latency = latencyOf(predictions);
  const rows = predictions
    .slice(0, MOST_ROWS)
    .map(({ file, status, ...sizes }) => [
      file,
      status,
      ...[sizes.latencyMs, sizes.requestBytes, sizes.responseBytes].map((value) =>
        value?.toLocaleString('en-US'),
      ),
    ]);
  return html`<h3>Timings</h3>
    <p>${latency ? `p50 ${latency.p50} ms, p95 ${latency.p95} ms` : 'Nothing was answered.'}</p>
    ${folded(
      `each of ${predictions.length}`,
      table(['file', 'status', 'ms', 'request bytes', 'response bytes'], rows),
    )}`;
}
