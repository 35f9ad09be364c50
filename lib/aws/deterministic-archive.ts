import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AssetHashType } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { create } from 'tar';

/** The byte of a gzip header that names the operating system (RFC 1952, section 2.3.1), and its value for "unknown". */
const GZIP_OS_OFFSET = 9;
const GZIP_OS_UNKNOWN = 255;

/** A tar archive of files: the same bytes for the same names, contents and executable bits, whatever their times, owners and umask. */
export function archiveOf(directory: string, files: readonly string[]): Buffer {
  const pack = create(
    {
      cwd: directory,
      sync: true,
      portable: true,
      follow: true,
      noDirRecurse: true,
      mtime: new Date(0),
      onWriteEntry: (entry) => {
        if (entry.stat) {
          entry.stat.mode = entry.stat.mode & 0o100 ? 0o755 : 0o644;
        }
      },
    },
    // A name that begins with @ would be read as an archive to include.
    files.map((file) => `./${file}`),
  );
  const chunks: Buffer[] = [];
  for (let chunk = pack.read(); chunk; chunk = pack.read()) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The archive compressed by gzip, with nothing of the machine in its header. */
export function compressed(archive: Buffer): Buffer {
  const bytes = gzipSync(archive, { level: 9 });
  bytes[GZIP_OS_OFFSET] = GZIP_OS_UNKNOWN;
  return bytes;
}

/**
 * An S3 asset that holds files as a tar.gz.
 * Its hash is that of the uncompressed archive, so that another version of zlib does not make another asset.
 */
export function archiveAsset(
  scope: Construct,
  id: string,
  directory: string,
  files: readonly string[],
): Asset {
  const archive = archiveOf(directory, files);
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  try {
    const path = join(folder, 'archive.tar.gz');
    writeFileSync(path, compressed(archive));
    // The asset is copied into the cloud assembly while it is constructed.
    return new Asset(scope, id, {
      path,
      assetHash: createHash('sha256').update(archive).digest('hex'),
      assetHashType: AssetHashType.CUSTOM,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
