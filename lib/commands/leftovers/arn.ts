/** An ARN from its service on: `sagemaker:endpoint/unet`. */
export function arnKind(arn: string): string {
  const [, , service = '', , , ...resource] = arn.split(':');
  return `${service}:${resource.join(':')}`;
}

/** AWS's name of the separate world that a region belongs to. */
export function partitionOf(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
