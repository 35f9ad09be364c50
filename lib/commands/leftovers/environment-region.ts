import { STSClient } from '@aws-sdk/client-sts';
import { UserError } from '../../console/user-error';

/** The region that the environment names: AWS_REGION, AWS_DEFAULT_REGION as the AWS CLI reads it, or the profile's. */
export async function environmentRegion(environment: NodeJS.ProcessEnv): Promise<string> {
  const named = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  if (named) {
    return named;
  }
  const client = new STSClient({});
  try {
    return await client.config.region();
  } catch (error) {
    throw new UserError('no region is known: name one with --region, or set AWS_REGION', { cause: error });
  } finally {
    client.destroy();
  }
}
