import {
  ListObjectVersionsCommand,
  type ListObjectVersionsOutput,
  paginateListBuckets,
  S3Client,
} from '@aws-sdk/client-s3';
import { partitionOf } from '../arn';
import { isGone } from '../failure';
import { each, type Finder, type Search } from '../finder';
import { storageCost, unknownHourlyCost } from '../hourly-cost';
import type { HourlyCost } from '../leftover';
import { awsCommand, quoted } from '../removal';
import { formatBytes } from '../size';

/** Pages of 1,000 object versions after which counting stops. */
const MAX_PAGES = 20;

/** Buckets: by what is stored in them, old versions too. */
export const buckets: Finder = {
  type: 'AWS::S3::Bucket',
  what: 'buckets',
  arns: /^s3:[^/]+$/,
  async *list(search) {
    const { names, region, options } = search;
    const pages = paginateListBuckets({ client: search.client(S3Client) }, { BucketRegion: region }, options);
    for await (const { Name } of each(pages, ({ Buckets }) => Buckets)) {
      const name = Name!;
      const arn = `arn:${partitionOf(region)}:s3:::${name}`;
      yield { name, arn, isNamed: names.isGeneratedBucket(name), describe: () => describe(name, search) };
    }
  },
};

/** What is in a bucket and what removes it; undefined if it is gone by now. */
async function describe(name: string, search: Search) {
  const contents = await count(name, search);
  return contents && { ...contents, removal: removal(name, contents.versions, search.region) };
}

interface Contents {
  readonly detail: string;
  readonly cost: HourlyCost;
  /** Object versions and delete markers; undefined if they could not be counted to the end. */
  readonly versions: number | undefined;
}

/** What is in a bucket; undefined if it is gone by now. */
async function count(bucket: string, search: Search): Promise<Contents | undefined> {
  const client = search.client(S3Client);
  let [current, old, markers, bytes] = [0, 0, 0, 0];
  let [KeyMarker, VersionIdMarker]: (string | undefined)[] = [];
  try {
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer: ListObjectVersionsOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, KeyMarker, VersionIdMarker }),
        search.options,
      );
      const versions = answer.Versions ?? [];
      const latest = versions.filter(({ IsLatest }) => IsLatest).length;
      current += latest;
      old += versions.length - latest;
      markers += answer.DeleteMarkers?.length ?? 0;
      bytes += versions.reduce((sum, { Size = 0 }) => sum + Size, 0);
      [KeyMarker, VersionIdMarker] = [answer.NextKeyMarker, answer.NextVersionIdMarker];
      if (!answer.IsTruncated) {
        const cost = storageCost(search.region, 's3', 'standardGbMonth', bytes);
        return { detail: shown({ current, old, markers, bytes }), cost, versions: current + old + markers };
      }
    }
  } catch (error) {
    if (isGone(error)) {
      return undefined;
    }
    search.cannotSee(`objects of the bucket ${bucket}`, error);
    const cost = unknownHourlyCost('its objects cannot be seen');
    return { detail: 'objects not seen', cost, versions: undefined };
  }
  const counted = storageCost(search.region, 's3', 'standardGbMonth', bytes);
  return {
    detail: `more than ${shown({ current, old, markers, bytes })}`,
    cost: { ...counted, unknown: [...counted.unknown, 'storage: there are more objects than were counted'] },
    versions: undefined,
  };
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
    awsCommand(region, 's3api list-object-versions', { bucket, 'max-items': '1000' }),
    `--output json --query ${quoted('{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}')}`,
  ].join(' ');
  const emptying = `${awsCommand(region, 's3api delete-objects', { bucket })} --delete "$(${listing})"`;
  const calls = versions === undefined ? 1 : Math.ceil(versions / 1000);
  return [
    ...(calls > 1 ? [`for i in $(seq ${calls}); do ${emptying}; done`] : []),
    ...(calls === 1 ? [versions === undefined ? `${emptying} # again until none is left` : emptying] : []),
    awsCommand(region, 's3api delete-bucket', { bucket }),
  ];
}
