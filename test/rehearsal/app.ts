/**
 * A small app for the tests of the in-memory AWS: one of each thing that moto alone does not carry out.
 * The signal comes from an event that the test puts. Context `value`: what the custom resource is given.
 */
import {
  App,
  CfnOutput,
  CfnWaitCondition,
  CfnWaitConditionHandle,
  CustomResource,
  RemovalPolicy,
  Stack,
  Tags,
} from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';

const app = new App();
const value = app.node.tryGetContext('value') ?? 'one';

const producer = new Stack(app, 'rehearsal-producer');
Tags.of(producer).add('project', 'rehearsal');
const bucket = new Bucket(producer, 'Bucket', {
  versioned: true,
  autoDeleteObjects: true,
  removalPolicy: RemovalPolicy.DESTROY,
});
new BucketDeployment(producer, 'Data', {
  destinationBucket: bucket,
  destinationKeyPrefix: 'data/',
  sources: [Source.data('hello.txt', 'hello')],
  logGroup: new LogGroup(producer, 'DataLog', { removalPolicy: RemovalPolicy.DESTROY }),
});

/** Answers CloudFormation, and passes events that a rule sends on to a wait condition's handle. */
const source = `
const https = require('http');
const put = (url, body) => new Promise((resolve, reject) => {
  const text = JSON.stringify(body);
  const request = https.request(url, { method: 'PUT', headers: { 'content-type': '', 'content-length': Buffer.byteLength(text) } },
    (response) => { response.resume(); response.statusCode === 200 ? resolve() : reject(new Error('status ' + response.statusCode)); });
  request.on('error', reject); request.end(text);
});
exports.handler = async (event) => {
  console.log(JSON.stringify(event));
  if (event.handle) {
    return put(event.handle, { Status: event.detail.reason ? 'FAILURE' : 'SUCCESS', Reason: event.detail.reason || 'done', UniqueId: 'signal', Data: event.detail.name });
  }
  const properties = event.ResourceProperties;
  await put(event.ResponseURL, { Status: 'SUCCESS', StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    PhysicalResourceId: 'thing-' + properties.Value, Data: { Upper: properties.Value.toUpperCase(), Kind: typeof properties.Number, Truth: properties.Truth } });
};`;
const stack = new Stack(app, 'rehearsal-consumer');
const handler = new Function(stack, 'Function', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromInline(source),
  logGroup: new LogGroup(stack, 'Log', { removalPolicy: RemovalPolicy.DESTROY }),
});
const thing = new CustomResource(stack, 'Thing', {
  resourceType: 'Custom::Thing',
  serviceToken: handler.functionArn,
  properties: { Value: value, Number: 20, Truth: true, Bucket: bucket.bucketName },
});
const handle = new CfnWaitConditionHandle(stack, `Handle${value}`);
const rule = new Rule(stack, 'Rule', {
  eventPattern: { source: ['rehearsal.test'], detail: { name: [{ prefix: 'job-' }] } },
  targets: [
    new LambdaFunction(handler, {
      event: RuleTargetInput.fromObject({ handle: handle.ref, detail: EventField.fromPath('$.detail') }),
    }),
  ],
});
const wait = new CfnWaitCondition(stack, `Wait${value}`, { handle: handle.ref, timeout: '120', count: 1 });
wait.node.addDependency(thing, rule);
const parameter = new StringParameter(stack, 'Parameter', {
  parameterName: '/rehearsal/value',
  stringValue: thing.getAttString('Upper'),
});
parameter.node.addDependency(wait);
new CfnOutput(stack, 'Upper', { value: parameter.stringValue });
