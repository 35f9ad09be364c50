import sharp from 'sharp';
import { UserError } from '../../console/user-error';

/** A photograph as the model gets it and as a person sees it: upright. */
export interface Photograph {
  /** JPEG or PNG bytes. */
  readonly encoded: Buffer;
  /** Pixels of the upright picture. */
  readonly width: number;
  /** Pixels of the upright picture. */
  readonly height: number;
}

/** How many of a file's first bytes tell its format. */
export const SIGNATURE_BYTES = 16;

/** Formats that both sides decode: sharp here, the model's graph there. */
const SENT_AS_THEY_ARE = new Set(['jpeg', 'png']);
/** Formats that are known, and that sharp does not decode. */
const UNREADABLE = new Set(['bmp', 'heic']);

/** The image format by the file's first bytes; its name may lie. Undefined for what is no image. */
export function imageFormat(head: Buffer): string | undefined {
  const ascii = head.toString('latin1');
  if (ascii.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (ascii.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (ascii.startsWith('GIF8')) return 'gif';
  if (ascii.startsWith('RIFF') && ascii.slice(8, 12) === 'WEBP') return 'webp';
  if (ascii.startsWith('II*\0') || ascii.startsWith('MM\0*')) return 'tiff';
  // "BM", the size, and two reserved words that are zero; the letters alone could begin any text.
  if (ascii.startsWith('BM') && ascii.slice(6, 10) === '\0\0\0\0') return 'bmp';
  if (ascii.slice(4, 12) === 'ftypavif') return 'avif';
  if (/^ftyp(heic|heix|mif1|msf1)$/.test(ascii.slice(4, 12))) return 'heic';
  return undefined;
}

/**
 * Reads an image file's bytes. JPEG and PNG stay as they are, byte for byte; other formats become JPEG, since TensorFlow decodes
 * no WebP, TIFF or AVIF. So does a picture that its EXIF data turns: TensorFlow ignores EXIF, and would see it lying on its side;
 * and one in CMYK, whose inks TensorFlow turns into other colours.
 * @throws UserError where it cannot be read
 */
export async function readPhotograph(bytes: Buffer): Promise<Photograph> {
  const format = imageFormat(bytes.subarray(0, SIGNATURE_BYTES));
  if (format !== undefined && UNREADABLE.has(format)) {
    throw new UserError(`${format} images cannot be read: save it as JPEG, PNG or WebP`);
  }
  try {
    const { width, height, space, orientation = 1 } = await sharp(bytes).metadata();
    if (format !== undefined && SENT_AS_THEY_ARE.has(format) && orientation === 1 && space !== 'cmyk') {
      return { encoded: bytes, width, height };
    }
    const { data, info } = await sharp(bytes)
      .autoOrient()
      .flatten({ background: 'white' })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer({ resolveWithObject: true });
    return { encoded: data, width: info.width, height: info.height };
  } catch (error) {
    throw new UserError(`the image cannot be read: ${(error as Error).message}`);
  }
}
