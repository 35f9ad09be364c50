/** An ARN from its service on: `sagemaker:endpoint/unet`. */
export function arnKind(arn: string): string {
  const [, , service = '', , , ...resource] = arn.split(':');
  return `${service}:${resource.join(':')}`;
}
