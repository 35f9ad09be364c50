import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { segmentationClass } from '../../../lib/commands/invoke/classes';
import type { PredictionResult } from '../../../lib/commands/invoke/predict-files';
import { html } from '../../../lib/commands/local/html';
import { SAMPLE_NOTE } from '../../../lib/commands/local/samples';
import { renderReport } from '../../../lib/commands/local/report';
import { curvesOf, metricCharts } from '../../../lib/commands/local/report-charts';
import type { ReportData } from '../../../lib/commands/local/report-data';
import { maskPng, stripes } from '../invoke/images';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'report-'));
});
afterAll(() => rm(directory, { recursive: true }));

const request = {
  TrainingJobName: 'unet-0123456789-abcdef01',
  AlgorithmSpecification: {
    TrainingImage: '763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:2.19.0-cpu-py312',
    MetricDefinitions: [{ Name: 'train:loss', Regex: 'train:loss=([0-9.]+);' }],
  },
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
  HyperParameters: { epochs: '20', optimizer: '"adam"', sagemaker_region: '"eu-west-1"' },
  InputDataConfig: [
    { ChannelName: 'training', DataSource: { S3DataSource: { S3Uri: 's3://bucket/data/' } } },
  ],
};

const data: ReportData = {
  title: 'unet',
  request,
  status: 'Completed',
  durations: { training: 185.2, predictions: 0.42 },
  metrics: [],
  minimumMetrics: {},
  trained: true,
  predictions: [],
  samples: { files: [] },
  notes: [],
};

const metric = (name: string, ...values: number[]) =>
  values.map((value) => ({ MetricName: name, Value: value }));

/** A photograph with its results in the folder, as predictions leave them. */
async function prediction(name: string): Promise<PredictionResult> {
  const [file, maskPath, overlayPath] = [`${name}.jpg`, `${name}.mask.png`, `${name}.overlay.png`].map(
    (end) => join(directory, end),
  ) as [string, string, string];
  await writeFile(file, await stripes(800, 600, 'jpeg'));
  await writeFile(
    maskPath,
    await maskPng(
      800,
      600,
      Array.from({ length: 480_000 }, (_, at) => (at % 800 < 400 ? 0 : 2)),
    ),
  );
  await writeFile(overlayPath, await stripes(800, 600));
  const classCounts = { object: 240_000, background: 0, outline: 240_000 };
  const sizes = { requestBytes: 1234, responseBytes: 567, width: 800, height: 600, latencyMs: 12.5 };
  return { file, status: 'predicted', maskPath, overlayPath, classCounts, ...sizes };
}

const text = (page: string) => page.replace(/<style>[^]*?<\/style>|<[^>]+>/g, ' ').replace(/\s+/g, ' ');

test('the job’s settings, its outcome and its durations can be read', async () => {
  const page = text(
    await renderReport(
      {
        ...data,
        metrics: [...metric('validation:accuracy', 0.8, 0.71), ...metric('test:accuracy', 0.823456)],
        minimumMetrics: { 'validation:accuracy': 0.75, 'test:loss': 0.1 },
        predictions: [await prediction('hen')],
        samples: { files: ['hen.jpg'], note: SAMPLE_NOTE },
        notes: ['first note'],
      },
      [],
      { Python: '3.12.1' },
    ),
  );
  for (const shown of [
    ...['TrainingImage 763104351884.dkr.ecr', 'InstanceType ml.m5.xlarge', 'InstanceCount 1', 'epochs 20'],
    ...['optimizer adam', 'training s3://bucket/data/', 'train:loss train:loss=([0-9.]+);', 'Completed'],
    ...['test:accuracy 0.8235', 'training 3 min 5 s', 'predictions 0.4 s', 'gate fell short'],
    ...[
      'validation:accuracy 0.75 0.71 ✗ fell short',
      'test:loss 0.1 not printed ✗',
      'Python 3.12.1',
      'first note',
      'the script may have trained on them',
    ],
  ]) {
    expect(page).toContain(shown);
  }
});

test('the reason of a failure stands in the report', async () => {
  const failureReason = 'AlgorithmError: ExecuteUserScriptError:\nExitCode 1';
  const page = await renderReport({ ...data, status: 'Failed', failureReason });
  expect(page).toContain(`<p class="failure">${failureReason}</p>`);
});

test('the whole request can be read back from it', async () => {
  const page = await renderReport(data);
  const shown = /<pre[^>]*>([^]*?)<\/pre>/.exec(page)![1]!.replaceAll('&quot;', '"');
  expect(JSON.parse(shown)).toEqual(request);
});

test('input, mask and overlay are embedded, no side longer than 320 pixels, the mask in its classes’ colours', async () => {
  const page = await renderReport({ ...data, predictions: [await prediction('cat')] });
  const images = [...page.matchAll(/<img\s+src="data:image\/(?:png|jpeg);base64,([^"]+)"/g)].map(
    ([, base64]) => Buffer.from(base64!, 'base64'),
  );
  expect(images).toHaveLength(3);
  for (const image of images) {
    expect(await sharp(image).metadata()).toMatchObject({ width: 320, height: 240 });
  }
  const mask = await sharp(images[1]).removeAlpha().raw().toBuffer();
  expect([...mask.subarray(0, 3)]).toEqual(segmentationClass(0).color);
  expect([...mask.subarray(319 * 3, 320 * 3)]).toEqual(segmentationClass(2).color);
  expect(text(page)).toMatch(/object 240,000 50\.0 % background 0 0\.0 % outline 240,000 50\.0 %/);
  expect(text(page)).toContain('p50 12.5 ms, p95 12.5 ms');
});

test('failed predictions are named with their errors, and a picture that is gone does not fail the report', async () => {
  const gone = { ...(await prediction('gone')), file: join(directory, 'moved.jpg') };
  const failed: PredictionResult = { file: 'bad.jpg', status: 'failed', error: 'the file is empty' };
  const page = await renderReport({ ...data, predictions: [gone, failed] });
  expect(text(page)).toContain('bad.jpg : the file is empty');
  expect(text(page)).toContain('not readable');
});

test('nothing in it is fetched or run: no address, no script, and a policy that forbids both', async () => {
  const page = await renderReport({
    ...data,
    metrics: metric('train:loss', 2, 1),
    predictions: [await prediction('dog')],
  });
  const markup = page.replaceAll(/base64,[^"]+/g, '');
  expect(markup).not.toMatch(/\b(?:src|href|action|xlink:href)\s*=\s*(?!["']?data:)/i);
  expect(markup).not.toMatch(/@import|url\((?!#)|<script|<link|<iframe|\son\w+=/i);
  expect(markup.match(/https?:\/\/[^"\s<]+/g) ?? []).toEqual(
    (markup.match(/xmlns(:xlink)?="[^"]+"/g) ?? []).map((attribute) => attribute.split('"')[1]),
  );
  expect(markup).toMatch(
    /http-equiv="Content-Security-Policy"\s+content="default-src 'none'; img-src data:;/,
  );
});

test('no name becomes markup, wherever it stands', async () => {
  const hostile = `"'><img src=x onerror=alert(1)></title></style></pre><b>&amp;`;
  const hostileData: ReportData = {
    ...data,
    title: hostile,
    request: { ...request, TrainingJobName: hostile, HyperParameters: { [hostile]: hostile } },
    status: hostile,
    failureReason: hostile,
    durations: { [hostile]: 1 },
    metrics: [...metric(hostile, 1, 2), ...metric(`${hostile}:loss`, 1)],
    minimumMetrics: { [hostile]: 1 },
    predictions: [
      { file: hostile, status: 'failed', error: hostile },
      { ...(await prediction('owl')), file: hostile, classCounts: { [hostile]: 1 } },
    ],
    notes: [hostile],
  };
  const page = await renderReport(hostileData, [], { [hostile]: hostile });
  expect(page).not.toContain('<img src=x');
  expect(page).not.toContain('<b>&amp;');
  expect(page.match(/<\/title>|<\/pre>/g)).toHaveLength(2);
});

test('a value in a template is text: reading the page gives it back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const { markup } = html`<p title="${value}">${value}</p>`;
      const inner = /^<p title="([^"<>']*)">([^"<>']*)<\/p>$/.exec(markup)!;
      const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
      for (const part of inner.slice(1)) {
        expect(part.replace(/&(\w+|#39);/g, (_, name: string) => names[name]!)).toBe(value);
      }
    }),
  );
});

describe('charts', () => {
  const charts = (...metrics: ReturnType<typeof metric>[]) =>
    metricCharts(curvesOf(metrics.flat())).map(({ markup }) => markup);

  test('one for each family, with its series', () => {
    const [loss, accuracy, ...others] = charts(
      metric('train:loss', 3, 2, 1),
      metric('train:accuracy', 0.1, 0.2),
      metric('validation:loss', 4, 3, 2),
    );
    expect(others).toEqual([]);
    expect(loss).toContain('<figcaption>loss</figcaption>');
    expect(loss).toContain('train:loss ends at 1, validation:loss ends at 2');
    expect(accuracy).toContain('<figcaption>accuracy</figcaption>');
    expect(accuracy).not.toContain('loss');
  });

  test('a line goes through every point, higher where the value is higher', () => {
    const values = [5, 1, 3, 4];
    const [chart] = charts(metric('train:loss', ...values));
    const line = /<path d="M([^"]+)" fill="none"[^>]* stroke="#3b82f6"/.exec(chart!)![1]!;
    const ys = line.split('L').map((point) => Number(point.split(' ')[1]));
    expect(ys).toHaveLength(values.length);
    const [low, high] = [ys[1]!, ys[0]!];
    for (const [at, value] of values.entries()) {
      // SVG's y grows downwards, linearly in the value.
      expect(ys[at]).toBeCloseTo(low + ((value - 1) / 4) * (high - low), 0);
    }
  });

  test('the values stand beside it as a table', () => {
    const [chart] = charts(metric('train:loss', 0.5, 0.25), metric('test:loss', 0.75));
    expect(text(chart!)).toContain('epoch train:loss test:loss 1 0.5 0.75 2 0.25');
  });

  test('a value that came once is a dashed line across', () => {
    const [chart] = charts(metric('train:loss', 3, 2, 1), metric('test:loss', 2));
    expect(chart).toMatch(/stroke="#0f9b8a"[^>]*stroke-dasharray/);
  });

  test('series differ by more than their colour, and each colour has a contrast of 3:1 on light and on dark', () => {
    const [chart] = charts(
      metric('train:loss', 3, 2, 1),
      metric('validation:loss', 4, 3, 2),
      metric('other:loss', 1, 2),
    );
    expect([...chart!.matchAll(/aria-hidden="true"\s*>(.)</g)].map(([, mark]) => mark)).toEqual([
      '●',
      '■',
      '▲',
    ]);
    expect(
      new Set([...chart!.matchAll(/stroke-dasharray="([^"]+)"/g)].map(([, dashes]) => dashes)).size,
    ).toBe(2);
    for (const [, color] of chart!.matchAll(/style="color:(#\w{6})"/g)) {
      for (const page of ['#ffffff', '#1a1f29']) {
        const [light, dark] = [luminance(color!), luminance(page)].toSorted((a, b) => b - a) as [
          number,
          number,
        ];
        expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

/** Relative luminance, as WCAG 2 has it. */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('the last runs stand side by side, by what differed', async () => {
  const run = (rate: string, accuracy: number) => ({
    ended: '2026-01-01T10:20:30Z',
    status: 'Completed',
    hyperparameters: { epochs: '3', 'learning-rate': rate },
    seconds: 61,
    curves: { 'validation:accuracy': [0.1, accuracy] },
  });
  const page = text(await renderReport(data, [run('0.01', 0.8), run('0.1', 0.5)]));
  expect(page).toMatch(
    /ended \(UTC\) status learning-rate validation:accuracy training this run Completed 0\.01 0\.8 61 s/,
  );
  expect(page).toMatch(/2026-01-01 10:20 Completed 0\.1 0\.5 61 s/);
  expect(await renderReport(data, [run('0.01', 0.8)])).not.toContain('Runs of this directory');
});

test('what a deploy made and left can be read, and each picture has a text of its own', async () => {
  const resources = [{ stack: 'unet-training', type: 'AWS::IAM::Role', name: 'unet-training-role' }];
  const page = await renderReport({
    ...data,
    deployed: { resources, left: [] },
    predictions: [await prediction('cow')],
  });
  expect(text(page)).toMatch(
    /0 left 1 resources were made name type stack unet-training-role AWS::IAM::Role unet-training/,
  );
  expect([...page.matchAll(/alt="([^"]*)"/g)].map(([, alt]) => alt)).toEqual([
    'the photograph cow.jpg',
    'the mask of cow.jpg: object 50 %, outline 50 %',
    'the mask over cow.jpg',
  ]);
});

test('a report stays below 1 MB, whatever the run', async () => {
  const values = Array.from({ length: 100_000 }, (_, at) => 1 / (at + 1) + (at === 51_234 ? 7 : 0));
  const many = <T>(count: number, item: (at: number) => T) =>
    Array.from({ length: count }, (_, at) => item(at));
  const shown = await prediction('much');
  const page = await renderReport({
    ...data,
    request: {
      ...request,
      HyperParameters: Object.fromEntries(many(95, (at) => [`p${at}`, `"${'<'.repeat(1000)}"`])),
    },
    failureReason: '<'.repeat(1024),
    metrics: many(40, (at) =>
      metric(`m${at}:loss${at}`, ...(at < 2 ? values : values.slice(0, 5_000))),
    ).flat(),
    predictions: many(2_000, () => shown),
  });
  expect(page.length).toBeLessThan(1_000_000);
  expect(page).toContain('Each 2000th of 100000 values; metrics.json has all.');
  expect(page).toContain('<td>0.00001</td>');
  expect(page).toMatch(/\d+ more are in the folder of the predictions/);
}, 60_000);

test('the peak of a long curve is in its chart', () => {
  const flat = (peak: number) => Array.from({ length: 20_000 }, (_, at) => (at === 7_777 ? peak : 1));
  const path = (peak: number) => metricCharts([['loss', flat(peak)]])[0]!.markup;
  const lowest = (markup: string) =>
    Math.min(
      ...[.../<path d="(M[^"]*)"[^>]*stroke="#/.exec(markup)![1]!.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(
        ([, y]) => Number(y),
      ),
    );
  expect(lowest(path(9))).toBeLessThan(60);
});
