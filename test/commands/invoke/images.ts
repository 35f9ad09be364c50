import sharp from 'sharp';

/** A photograph of vertical stripes, one pixel row of colours stretched down. */
export async function stripes(
  width: number,
  height: number,
  format: 'jpeg' | 'png' | 'webp' | 'tiff' = 'png',
) {
  const raw = Buffer.alloc(width * height * 3, 128);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      raw[(y * width + x) * 3] = Math.floor((255 * x) / width);
    }
  }
  return sharp(raw, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** A mask as the model gives it: class indices in one channel. */
export async function maskPng(width: number, height: number, indices: readonly number[]): Promise<Buffer> {
  return sharp(Buffer.from(indices), { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** The first channel of an image's pixels, and its size. */
export async function pixels(image: Buffer | string) {
  const { data, info } = await sharp(image).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, values: [...data] };
}
