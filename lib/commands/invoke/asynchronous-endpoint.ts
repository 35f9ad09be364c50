import { ASYNC_INPUT_PREFIX } from '../../names';

/**
 * Why nothing is sent to an asynchronous endpoint, and how to ask it: InvokeEndpointAsync takes the S3 URI of a request.
 *
 * @param workspaceStackName the stack whose output tells the bucket's name, which only a deploy gives
 */
export function asynchronousEndpointMessage(endpointName: string, workspaceStackName: string): string {
  const request = `s3://BUCKET/${ASYNC_INPUT_PREFIX}request.json`;
  return [
    `the endpoint '${endpointName}' is asynchronous: a request has to lie in S3, so nothing was sent. These do it:`,
    `  aws s3 cp request.json ${request}`,
    `  aws sagemaker-runtime invoke-endpoint-async --endpoint-name ${endpointName} --content-type application/json --input-location ${request}`,
    `BUCKET is the output BucketName of the stack ${workspaceStackName}; the second one tells where in S3 the answer will lie`,
  ].join('\n');
}
