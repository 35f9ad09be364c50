import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Endpoint, type EndpointProps } from '../endpoint/endpoint';
import type { HostingKind } from '../names';
import { spanInWords } from '../endpoint/idle-mail';

/** What lives as long as predictions are wanted. */
export interface EndpointStackProps extends StackProps {
  readonly endpoint: EndpointProps;
}

const CONSTRUCT_ID: Readonly<Record<HostingKind, string>> = {
  realtime: 'Endpoint',
  serverless: 'ServerlessEndpoint',
  async: 'AsyncEndpoint',
};

/** The endpoint with its model. Deleting this stack stops the largest cost and keeps the model. */
export class EndpointStack extends Stack {
  public readonly endpoint: Endpoint;

  public constructor(scope: Construct, id: string, props: EndpointStackProps) {
    super(scope, id, props);
    // Another kind of hosting is another endpoint with all that belongs to it: CloudFormation makes it before the former one goes.
    const endpoint = new Endpoint(this, CONSTRUCT_ID[props.endpoint.hosting.kind], props.endpoint);
    this.endpoint = endpoint;
    new CfnOutput(this, 'EndpointName', { value: endpoint.endpointName });
    const { idleTimeout } = props.endpoint.hosting.props;
    if (idleTimeout) {
      new CfnOutput(this, 'IdleTimeout', {
        value: spanInWords(idleTimeout.toSeconds()),
        description: 'This stack deletes itself after so long without an invocation',
      });
    }
  }
}
