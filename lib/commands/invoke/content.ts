import { open, readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { UserError } from '../../console/user-error';
import { checkPayload } from './payload-limit';
import { imageFormat, readPhotograph, SIGNATURE_BYTES, type Photograph } from './photograph';
import type { PredictionRequest } from './predictor';

/** The signature of the example model that takes encoded images. */
const IMAGE_SIGNATURE = 'serving_image';

/** What files of data are called in the serving contract, and what their answers are called here. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.jsonl': 'application/jsonlines',
  '.npy': 'application/x-npy',
  '.csv': 'text/csv',
  '.libsvm': 'text/libsvm',
};
const IMAGE_EXTENSIONS = /^\.(jpe?g|png|webp|gif|tiff?|avif|bmp|hei[cf])$/i;

/** How files become requests. */
export interface ContentSettings {
  /** MIME type of the bodies; the files' bytes are then sent as they are. @default - by the file */
  readonly contentType?: string;
  /** MIME type wanted back. @default application/json */
  readonly accept?: string;
  /** Signature that images are sent to. @default serving_image */
  readonly signatureName?: string;
  /** Largest request in bytes. @default - no limit */
  readonly payloadLimit?: number;
}

/** A file, ready to be sent. */
export interface Content {
  readonly request: PredictionRequest;
  /** Present where the request asks for a mask of this photograph. */
  readonly photograph?: Photograph;
}

/** Whether a file found in a folder is one to predict, by its name alone. */
export function isPredictable(file: string): boolean {
  const extension = extname(file).toLowerCase();
  return extension in MEDIA_TYPES || IMAGE_EXTENSIONS.test(extension);
}

/** Whether the file is an image, by its first bytes. */
export async function isImageFile(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
    return imageFormat(buffer.subarray(0, bytesRead)) !== undefined;
  } finally {
    await handle.close();
  }
}

/**
 * Reads a file and makes the request of it: an image as bytes for the image signature, anything else as it is.
 * @throws UserError where the file's type is unknown, or the request is over the limit
 */
export async function readContent(file: string, settings: ContentSettings): Promise<Content> {
  const { accept = 'application/json', payloadLimit } = settings;
  if (settings.contentType === undefined && (await isImageFile(file))) {
    const photograph = await readPhotograph(await readWhole(file));
    const body = imageRequest(photograph.encoded, settings.signatureName ?? IMAGE_SIGNATURE);
    checkPayload(body.length, payloadLimit);
    return { request: { body, contentType: 'application/json', accept }, photograph };
  }
  const contentType = settings.contentType ?? dataType(file);
  if (settings.signatureName !== undefined) {
    throw new UserError(
      '--signature is for images: a JSON file names its own in "signature_name", other types use the default',
    );
  }
  const body = await readWhole(file, payloadLimit);
  return {
    request: {
      // A last line break is one more row to XGBoost's container, which then fails.
      body:
        settings.contentType === undefined && contentType === 'text/csv' ? withoutLastLineBreak(body) : body,
      contentType,
      accept,
    },
  };
}

/** The end of the answer's file name: ".json" for JSON; ".bin" for a type that nobody knows. */
export function answerExtension(contentType: string | undefined): string {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase();
  const known = Object.entries(MEDIA_TYPES).find(([, mediaType]) => mediaType === type)?.[0];
  return known ?? /^image\/(png|jpeg|webp)$/.exec(type)?.[0].replace('image/', '.') ?? '.bin';
}

/** `{"signature_name": …, "instances": [{"b64": …}]}`. */
function imageRequest(encoded: Buffer, signatureName: string): Buffer {
  return Buffer.from(
    JSON.stringify({ signature_name: signatureName, instances: [{ b64: encoded.toString('base64') }] }),
  );
}

function dataType(file: string): string {
  const extension = extname(file).toLowerCase();
  const type = MEDIA_TYPES[extension];
  if (type !== undefined) {
    return type;
  }
  if (IMAGE_EXTENSIONS.test(extension)) {
    throw new UserError(`the file is called ${extension}, and is not an image`);
  }
  throw new UserError(
    `the type of "${extension || file}" is not known: images, ${Object.keys(MEDIA_TYPES).join(', ')} are; ` +
      'name another with --content-type',
  );
}

function withoutLastLineBreak(body: Buffer): Buffer {
  const end = body.findLastIndex((byte) => byte !== 0x0a && byte !== 0x0d);
  return body.subarray(0, end + 1);
}

/** The file's bytes; the limit is checked before they are read, since a file may be larger than memory. */
async function readWhole(file: string, limit?: number): Promise<Buffer> {
  const { size } = await stat(file);
  checkPayload(size, limit);
  if (size === 0) {
    throw new UserError('the file is empty');
  }
  return readFile(file);
}
