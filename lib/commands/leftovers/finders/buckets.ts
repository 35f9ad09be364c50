import {
  ListObjectVersionsCommand,
  type ListObjectVersionsOutput,
  paginateListBuckets,
  S3Client,
} from '@aws-sdk/client-s3';
import { each, type Finder, type Search } from '../finder';
import { storageCost } from '../hourly-cost';
import { awsCommand, quoted } from '../removal';
import { BYTES_PER_GB, formatBytes } from '../size';

/** Pages of 1,000 object versions after which counting stops. */
const MAX_PAGES = 20;

/** Buckets: by what is stored in them, old versions too. */
export const buckets: Finder = {
  type: 'AWS::S3::Bucket',
  what: 'buckets',
  arns: /^s3:[^/]+$/,
  async *list(search) {
    const { client, names, region, options, partition } = search;
    const pages = paginateListBuckets({ client: client(S3Client) }, { BucketRegion: region }, options);
    for await (const { Name } of each(pages, ({ Buckets }) => Buckets)) {
      const name = Name!;
      yield {
        name,
        arn: `arn:${partition}:s3:::${name}`,
        isNamed: names.isGeneratedBucket(name),
        detail: 'objects not seen',
        removal: removal(name, undefined, region),
        describe: () => describe(name, search),
      };
    }
  },
};

/** What is in a bucket, counted to a bound, and what removes it. */
async function describe(bucket: string, { client, options, region }: Search) {
  const counts = { current: 0, old: 0, markers: 0, bytes: 0 };
  let answer: ListObjectVersionsOutput = { IsTruncated: true };
  for (let page = 0; page < MAX_PAGES && answer.IsTruncated; page++) {
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = answer;
    const request = { Bucket: bucket, KeyMarker, VersionIdMarker };
    answer = await client(S3Client).send(new ListObjectVersionsCommand(request), options);
    for (const { IsLatest, Size = 0 } of answer.Versions ?? []) {
      counts[IsLatest ? 'current' : 'old'] += 1;
      counts.bytes += Size;
    }
    counts.markers += answer.DeleteMarkers?.length ?? 0;
  }
  const cost = storageCost(region, 's3', 'standardGbMonth', counts.bytes / BYTES_PER_GB);
  if (answer.IsTruncated) {
    const unknown = [...cost.unknown, 'storage: there are more objects than were counted'];
    return { detail: `more than ${shown(counts)}`, cost: { ...cost, unknown } };
  }
  const versions = counts.current + counts.old + counts.markers;
  return { detail: shown(counts), cost, removal: removal(bucket, versions, region) };
}

function shown(counts: { current: number; old: number; markers: number; bytes: number }): string {
  const some = (number: number, word: string) =>
    `${number.toLocaleString('en-US')} ${word}${number === 1 ? '' : 's'}`;
  return [
    some(counts.current, 'object'),
    ...(counts.old > 0 ? [some(counts.old, 'old version')] : []),
    ...(counts.markers > 0 ? [some(counts.markers, 'delete marker')] : []),
    formatBytes(counts.bytes),
  ].join(', ');
}

/** A bucket goes only when every version of every object has gone, a thousand by one call. */
function removal(bucket: string, versions: number | undefined, region: string): string[] {
  const listing = [
    awsCommand('s3api list-object-versions', { bucket, 'max-items': '1000', region }),
    `--output json --query ${quoted('{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}')}`,
  ].join(' ');
  const emptying = `${awsCommand('s3api delete-objects', { bucket, region })} --delete "$(${listing})"`;
  const calls = Math.ceil((versions ?? 0) / 1000);
  return [
    ...(versions === undefined ? [`${emptying} # again until none is left`] : []),
    ...(calls > 0 ? [`for i in $(seq ${calls}); do ${emptying}; done`] : []),
    awsCommand('s3api delete-bucket', { bucket, region }),
  ];
}
