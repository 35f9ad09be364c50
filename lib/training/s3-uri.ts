import { Token } from 'aws-cdk-lib';

/** What is wrong with the S3 URI of a job's data. */
export function s3DataProblems(prop: string, uri: string): string[] {
  const problems = s3UriProblems(prop, uri);
  return problems.length === 0 && /^s3:\/\/.*\/\//.test(uri)
    ? [
        `${prop}: '${uri}' has '//' in its key, which SageMaker refuses when the job starts; copy the data to a key without it`,
      ]
    : problems;
}

/** What is wrong with an S3 URI; bucket names by the rules of "General purpose bucket naming rules". */
export function s3UriProblems(prop: string, uri: string): string[] {
  if (Token.isUnresolved(uri)) {
    return [];
  }
  const match = /^s3:\/\/([^/]*)(\/.*)?$/.exec(uri);
  if (!match) {
    return [`${prop}: '${uri}' is not an S3 URI; write s3://<bucket>/<prefix>`];
  }
  const [, bucket = ''] = match;
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) &&
    !bucket.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(bucket);
  return valid
    ? []
    : [
        `${prop}: '${bucket}' is not a bucket name; 3 to 63 lower-case letters, digits, '.' and '-', such as s3://my-bucket/prefix/`,
      ];
}
