import sharp from 'sharp';
import { imageFormat, readPhotograph } from '../../../lib/commands/invoke/photograph';
import { stripes } from './images';

test.each(['jpeg', 'png', 'webp', 'tiff'] as const)('%s is told by its first bytes', async (format) => {
  expect(imageFormat(await stripes(8, 8, format))).toBe(format);
});

test.each([
  ['text', Buffer.from('BMW,3\nVolvo,4\n')],
  ['JSON', Buffer.from('{"instances": []}')],
  ['numpy', Buffer.from('\x93NUMPY\x01\x00v\x00{', 'latin1')],
  ['nothing', Buffer.alloc(0)],
])('%s is no image', (_, bytes) => {
  expect(imageFormat(bytes)).toBeUndefined();
});

test.each(['jpeg', 'png'] as const)('an upright %s goes byte for byte', async (format) => {
  const bytes = await stripes(12, 8, format);
  await expect(readPhotograph(bytes)).resolves.toEqual({ encoded: bytes, width: 12, height: 8 });
});

test.each(['webp', 'tiff'] as const)('%s, which TensorFlow does not decode, becomes JPEG', async (format) => {
  const photograph = await readPhotograph(await stripes(12, 8, format));
  expect(imageFormat(photograph.encoded)).toBe('jpeg');
  expect(photograph).toMatchObject({ width: 12, height: 8 });
});

test('a JPEG in CMYK becomes RGB', async () => {
  const printed = await sharp(await stripes(12, 8))
    .toColourspace('cmyk')
    .jpeg()
    .toBuffer();
  const { encoded } = await readPhotograph(printed);
  expect(await sharp(encoded).metadata()).toMatchObject({ format: 'jpeg', space: 'srgb' });
});

test.each([
  [1, 'left'],
  [2, 'right'],
  [3, 'right'],
  [6, 'top'],
  [8, 'bottom'],
])('a photograph with EXIF orientation %i is sent upright, its dark side %s', async (orientation, side) => {
  const lying = await sharp(await stripes(40, 20))
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer();
  const { encoded, width, height } = await readPhotograph(lying);
  expect([width, height]).toEqual(orientation > 4 ? [20, 40] : [40, 20]);
  // Decoded without EXIF, as TensorFlow does: the pixels themselves must stand upright.
  const { data } = await sharp(encoded).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  const at = { left: [0, 10], right: [39, 10], top: [10, 0], bottom: [10, 39] }[side]!;
  expect(data[at[1]! * width + at[0]!]).toBeLessThan(30);
  expect((await sharp(encoded).metadata()).orientation ?? 1).toBe(1);
});

test('fails for a format that cannot be read, naming those that can', async () => {
  const bmp = Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]);
  await expect(readPhotograph(bmp)).rejects.toThrow(
    'bmp images cannot be read: save it as JPEG, PNG or WebP',
  );
});

test('fails for an image that is broken', async () => {
  const png = await stripes(8, 8);
  await expect(readPhotograph(png.subarray(0, 20))).rejects.toThrow('the image cannot be read');
});
