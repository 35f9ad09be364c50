import * as fc from 'fast-check';
import sharp from 'sharp';
import { MAXIMUM_CLASSES, segmentationClass } from '../../../lib/commands/invoke/classes';
import { drawMask, maskIn } from '../../../lib/commands/invoke/mask';
import { readPhotograph } from '../../../lib/commands/invoke/photograph';
import { maskPng, pixels, stripes } from './images';

const answer = (value: unknown) => Buffer.from(JSON.stringify(value));

test('the mask comes to the photograph’s size by repeating pixels, and its pixels are counted', async () => {
  const photograph = await readPhotograph(await stripes(4, 6));
  const { mask, overlay, classCounts } = await drawMask(await maskPng(2, 2, [0, 1, 2, 1]), photograph);
  const top = [0, 0, 1, 1];
  const bottom = [2, 2, 1, 1];
  expect(await pixels(mask)).toEqual({
    width: 4,
    height: 6,
    values: [top, top, top, bottom, bottom, bottom].flat(),
  });
  expect((await sharp(mask).metadata()).channels).toBe(1);
  expect(classCounts).toEqual({ object: 6, background: 12, outline: 6 });
  expect(await sharp(overlay).metadata()).toMatchObject({ format: 'png', width: 4, height: 6, channels: 3 });
});

test('any mask keeps its classes and loses no pixel at any size', async () => {
  const size = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(
      size,
      size,
      size,
      size,
      fc.array(fc.nat(255), { minLength: 1 }),
      async (w, h, mw, mh, seed) => {
        const indices = Array.from({ length: mw * mh }, (_, at) => seed[at % seed.length]!);
        const photograph = await readPhotograph(await stripes(w, h));
        const { mask, classCounts } = await drawMask(await maskPng(mw, mh, indices), photograph);
        const { width, height, values } = await pixels(mask);
        expect([width, height]).toEqual([w, h]);
        expect(values.filter((value) => !indices.includes(value))).toEqual([]);
        expect(Object.values(classCounts).reduce((sum, count) => sum + count, 0)).toBe(w * h);
      },
    ),
    { numRuns: 25 },
  );
});

test('each pixel of an overlay is the photograph’s under the class’s colour', async () => {
  const grey = await sharp({
    create: { width: 3, height: 1, channels: 3, background: { r: 100, g: 100, b: 100 } },
  })
    .png()
    .toBuffer();
  const { overlay } = await drawMask(await maskPng(3, 1, [0, 1, 2]), await readPhotograph(grey));
  const data = await sharp(overlay).raw().toBuffer();
  for (const index of [0, 1, 2]) {
    const { color, opacity } = segmentationClass(index);
    for (const channel of [0, 1, 2]) {
      const blended = color[channel]! * opacity + 100 * (1 - opacity);
      expect(Math.abs(data[index * 3 + channel]! - blended)).toBeLessThan(2);
    }
  }
});

test('a photograph in grey is overlaid in colour', async () => {
  const grey = await sharp(await stripes(3, 3))
    .greyscale()
    .png()
    .toBuffer();
  const { overlay } = await drawMask(await maskPng(1, 1, [2]), await readPhotograph(grey));
  const { channels } = await sharp(overlay).stats();
  expect(channels).toHaveLength(3);
  expect(channels[0]!.mean - channels[2]!.mean).toBeGreaterThan(100);
});

test('neighbouring classes differ in colour, however many there are', () => {
  for (let index = 1; index < MAXIMUM_CLASSES; index++) {
    const [one, other] = [segmentationClass(index - 1).color, segmentationClass(index).color];
    const distance = Math.hypot(...one.map((value, channel) => value - other[channel]!));
    expect(distance).toBeGreaterThan(60);
  }
});

test('the mask is found under predictions and under outputs', async () => {
  const png = await maskPng(1, 1, [1]);
  const b64 = png.toString('base64');
  expect(maskIn(answer({ predictions: [{ b64 }] }))).toEqual(png);
  expect(maskIn(answer({ outputs: { b64 } }))).toEqual(png);
});

test.each([
  ['scores', { predictions: [[0.1, 0.9]] }],
  ['other bytes', { predictions: [{ b64: 'aGVsbG8=' }] }],
  ['nothing', { predictions: [] }],
  ['null', null],
])('%s are no mask', (_, value) => {
  expect(maskIn(answer(value))).toBeUndefined();
});

test('fails for a mask in colour', async () => {
  const photograph = await readPhotograph(await stripes(2, 2));
  await expect(drawMask(await stripes(2, 2), photograph)).rejects.toThrow(
    "the model's mask has 3 channels of uchar: it must be a PNG with one channel of 8 bits",
  );
});
