import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { allow, s3Arn, useKeyInS3 } from '../aws/sagemaker-permissions';
import { wholeNumberProblems } from '../aws/whole-number';
import { DATA_CAPTURE_PREFIX } from '../names';

/** What is kept of an endpoint's requests and answers. */
export interface DataCaptureConfig {
  /**
   * How many of a hundred requests are kept, 0 to 100.
   * @default 20
   */
  readonly samplingPercentage?: number;
  /**
   * Which of the two.
   * @default ['REQUEST', 'RESPONSE']
   */
  readonly captureOptions?: readonly ('REQUEST' | 'RESPONSE')[];
  /**
   * Content types that are kept as CSV; what is in no list is kept in base64.
   * @default ['text/csv']
   */
  readonly csvContentTypes?: readonly string[];
  /**
   * Content types that are kept as JSON.
   * @default ['application/json']
   */
  readonly jsonContentTypes?: readonly string[];
}

const MODES = { REQUEST: 'Input', RESPONSE: 'Output' } as const;

/** Where and what an endpoint captures; with the defaults of the SageMaker Python SDK. */
export function dataCaptureConfig(
  capture: DataCaptureConfig,
  bucket: IBucket,
): CfnEndpointConfig.DataCaptureConfigProperty {
  return {
    enableCapture: true,
    initialSamplingPercentage: capture.samplingPercentage ?? 20,
    // SageMaker adds the endpoint's name, the variant's and the hour.
    destinationS3Uri: `s3://${bucket.bucketName}/${DATA_CAPTURE_PREFIX.slice(0, -1)}`,
    kmsKeyId: bucket.encryptionKey?.keyArn,
    captureOptions: (capture.captureOptions ?? ['REQUEST', 'RESPONSE']).map((option) => ({
      captureMode: MODES[option],
    })),
    captureContentTypeHeader: {
      csvContentTypes: [...(capture.csvContentTypes ?? ['text/csv'])],
      jsonContentTypes: [...(capture.jsonContentTypes ?? ['application/json'])],
    },
  };
}

/** Lets a role keep what is captured. */
export function keepCaptured(scope: Construct, bucket: IBucket): PolicyStatement[] {
  return [
    allow(['s3:PutObject'], [`${s3Arn(scope, bucket.bucketName)}/${DATA_CAPTURE_PREFIX}*`]),
    ...useKeyInS3(bucket.encryptionKey, 'kms:GenerateDataKey'),
  ];
}

/** What is wrong with a capture. Limits: DataCaptureConfig in SageMaker's service model. */
export function dataCaptureProblems(capture: DataCaptureConfig): string[] {
  const at = 'hosting.dataCaptureConfig';
  const problems = wholeNumberProblems(`${at}.samplingPercentage`, capture.samplingPercentage, [0, 100]);
  if (capture.captureOptions?.length === 0) {
    problems.push(
      `${at}.captureOptions: is empty; give 'REQUEST', 'RESPONSE' or both, or leave dataCaptureConfig out`,
    );
  }
  for (const prop of ['csvContentTypes', 'jsonContentTypes'] as const) {
    const types = capture[prop];
    if (types && (types.length < 1 || types.length > 10)) {
      problems.push(`${at}.${prop}: ${types.length} of them, and 1 to 10 are allowed`);
    }
    for (const type of types ?? []) {
      if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9])*\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*$/.test(type) || type.length > 256) {
        problems.push(
          `${at}.${prop}: '${type}' is not a content type as SageMaker captures it; write such as 'text/csv', without parameters`,
        );
      }
    }
  }
  return problems;
}
