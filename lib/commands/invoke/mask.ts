import sharp from 'sharp';
import { UserError } from '../../console/user-error';
import { MAXIMUM_CLASSES, NAMED_CLASSES, segmentationClass } from './classes';
import { imageFormat, type Photograph } from './photograph';

/** A model's answer to a photograph, at the photograph's size. */
export interface Mask {
  /** PNG, one channel: the class index of each pixel, as the model gave it. */
  readonly mask: Buffer;
  /** PNG: the photograph with each class in its colour. */
  readonly overlay: Buffer;
  /** Pixels by class name; the example's classes always, others where they occur. */
  readonly classCounts: Readonly<Record<string, number>>;
}

/**
 * The mask PNG in an answer of TensorFlow Serving's REST API, `{"predictions": [{"b64": …}]}` or with `outputs`;
 * undefined where the model answers with something else.
 */
export function maskIn(body: Uint8Array): Buffer | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
  const { predictions, outputs } = (answer ?? {}) as { predictions?: unknown; outputs?: unknown };
  const first: unknown = [predictions ?? outputs].flat()[0];
  const encoded = (first as { b64?: unknown } | null | undefined)?.b64;
  const image = typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : undefined;
  return image && imageFormat(image) === 'png' ? image : undefined;
}

/**
 * Brings a mask to its photograph's size, counts it and lays it over the photograph.
 * @param png one channel, class index as the pixel's value
 * @throws UserError where it is no such PNG
 */
export async function drawMask(png: Buffer, photograph: Photograph): Promise<Mask> {
  const { width, height } = photograph;
  const { channels, depth } = await sharp(png).metadata();
  if (channels !== 1 || depth !== 'uchar') {
    throw new UserError(
      `the model's mask has ${channels} channels of ${depth}: it must be a PNG with one channel of 8 bits, the class index`,
    );
  }
  // Nearest: between class 0 and class 2 lies no class 1.
  const resized = await sharp(png)
    .resize(width, height, { kernel: 'nearest', fit: 'fill' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  const raw = { width, height, channels: 1 } as const;
  const [mask, overlay] = await Promise.all([
    sharp(resized, { raw }).toColourspace('b-w').png().toBuffer(),
    sharp(photograph.encoded)
      .removeAlpha()
      .toColourspace('srgb')
      .composite([{ input: colorMask(resized), raw: { width, height, channels: 4 } }])
      .png()
      .toBuffer(),
  ]);
  return { mask, overlay, classCounts: countClasses(resized) };
}

/** The class colours of raw indices, as raw RGBA whose alpha is the class's opacity in an overlay. */
export function colorMask(indices: Buffer): Buffer {
  const palette = new Uint32Array(MAXIMUM_CLASSES);
  const bytes = Buffer.from(palette.buffer);
  for (let index = 0; index < MAXIMUM_CLASSES; index++) {
    const { color, opacity } = segmentationClass(index);
    bytes.set([...color, Math.round(255 * opacity)], index * 4);
  }
  const pixels = new Uint32Array(indices.length);
  for (let at = 0; at < indices.length; at++) {
    pixels[at] = palette[indices[at]!]!;
  }
  return Buffer.from(pixels.buffer);
}

function countClasses(indices: Buffer): Record<string, number> {
  const counts = new Uint32Array(MAXIMUM_CLASSES);
  for (const index of indices) {
    counts[index]!++;
  }
  const entries = [...counts.entries()].filter(([index, count]) => index < NAMED_CLASSES.length || count > 0);
  return Object.fromEntries(entries.map(([index, count]) => [segmentationClass(index).name, count]));
}
