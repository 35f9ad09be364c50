// The training job: its props and what is wrong with them, the request that they become, the data and the source that it takes,
// and the construct that runs it while its stack deploys. The function that does so is training-job.lambda.ts, out of job/.

import { join } from 'node:path';
import {
  Aws,
  CfnWaitCondition,
  CfnWaitConditionHandle,
  CustomResource,
  Duration,
  type ITaggableV2,
  Lazy,
  Stack,
  TagManager,
  TagType,
} from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type IGrantable, type IPrincipal, Policy, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { BundledFunction } from '../aws/bundled-function';
import { processorOf } from '../images/instance-types';
import {
  allow,
  keepPrefix,
  logGroupContents,
  readListedObject,
  useKeyInS3,
} from '../aws/sagemaker-permissions';
import { budgetedTime } from './budgeted-time';
import { remoteDebugStatements } from './container';
import { vpcConfig } from './network';
import {
  ATTEMPT_HASH_LENGTH,
  CHECKPOINTS_PREFIX,
  keptLogKey,
  mailKey,
  trainingTopicParameterName,
  keptMetricsKey,
  modelDataUrlParameterName,
  TRAINING_LOG_GROUP,
  trainingJobNameOf,
  trainingJobNamePrefix,
  trainingJobsKeyPrefix,
  REQUEST_HASH_LENGTH,
  TRAINING_JOB_RESOURCE_TYPE,
} from '../names';
import {
  TERMINAL_EVENT_DETAIL,
  TERMINAL_STATUSES,
  TOPIC_ARN,
  TrainingJobAttribute,
  TrainingJobProperty,
} from './training-job-contract';
import type { Training } from './training';
import {
  checkpointConfig,
  datasetVersions,
  identityHash,
  keepsCheckpoints,
  trainingBudget,
  trainingIdentity,
  trainingRequest,
} from './training-request';
import { TrainingRole } from './training-role';
import { stackTimeout, stoppingCondition } from './training-time';

/** How often the function looks whether the job has ended, beside the event that tells it. */
const LOOK_INTERVAL = Duration.minutes(5);

/** A training job of a project. */
export interface TrainingJobProps extends Training {
  /** The project's name: what the job's names begin with. */
  readonly projectName: string;
  /** The project's bucket. */
  readonly bucket: IBucket;
}

/**
 * A SageMaker training job that runs when the stack is deployed, once per request.
 *
 * The request's hash is part of the names of all that belongs to one run, so an equal request changes nothing
 * and another request is another run. The stack waits for the run by a wait condition, up to 12 hours.
 */
export class TrainingJob extends Construct implements IGrantable, ITaggableV2 {
  /** The name that SageMaker shows: the project's name, the request's hash, and the attempt's. */
  public readonly trainingJobName: string;
  /** The S3 URL of the trained model; known before the job has ended. */
  public readonly modelDataUrl: string;
  /** The principal of the job's role: `bucket.grantRead(project.trainingJob)` lets the job, and its script, read a bucket. */
  public readonly grantPrincipal: IPrincipal;
  /** Tags of the job. */
  public readonly cdkTagManager = new TagManager(TagType.KEY_VALUE, TRAINING_JOB_RESOURCE_TYPE, undefined, {
    tagPropertyName: 'Tags',
  });

  public constructor(scope: Construct, id: string, props: TrainingJobProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const image = props.estimator.image('training', processorOf(props.instanceType) ?? 'cpu');
    const source = props.source?.asset(this, 'Source');

    const execution = new TrainingRole(this, 'JobRole', props, props.bucket, image);
    execution.addToPolicy(...remoteDebugStatements(props));
    const { role } = execution;
    this.grantPrincipal = role;
    if (source) {
      execution.addToPolicy(
        ...(props.enableNetworkIsolation
          ? readListedObject(source.bucket.bucketArn, source.s3ObjectKey)
          : [allow(['s3:GetObject'], [source.bucket.arnForObjects(source.s3ObjectKey)])]),
      );
    }

    const budget = trainingBudget(props);
    const request = trainingRequest(props, {
      bucketName: props.bucket.bucketName,
      roleArn: role.roleArn,
      trainingImage: image.uri(this),
      sourceArchive: source,
      region: stack.region,
      kmsKeyArn: props.bucket.encryptionKey?.keyArn,
      stoppingCondition: budget ? budgetedTime(this, props, budget) : stoppingCondition(props),
      vpcConfig: vpcConfig(this, props),
    });
    const versions = datasetVersions(props.channels);
    const requestHash = identityHash(stack.resolve(trainingIdentity(props, request)));
    const namePrefix = trainingJobNamePrefix(props.projectName, requestHash);
    const checkpoints = keepsCheckpoints(props)
      ? checkpointConfig(props.bucket.bucketName, namePrefix)
      : undefined;
    if (checkpoints) {
      execution.addToPolicy(...keepPrefix(props.bucket.bucketArn, `${CHECKPOINTS_PREFIX}${namePrefix}`));
    }

    const run = this.runFunction(props, role.roleArn);
    if (props.trainingPlan !== undefined) {
      // A job that takes a plan's capacity is decided on both too.
      const capacity = stack.formatArn({
        service: 'sagemaker',
        resource: 'reserved-capacity',
        resourceName: '*',
      });
      run.addToRolePolicy(allow(['sagemaker:CreateTrainingJob'], [props.trainingPlan, capacity]));
    }
    // Neither a handle nor a condition can be updated: another request has others.
    const handle = new CfnWaitConditionHandle(this, `Handle${requestHash}`);
    const forTheFunction = {
      [TrainingJobProperty.NAME_PREFIX]: namePrefix,
      [TrainingJobProperty.WAIT_CONDITION_HANDLE]: handle.ref,
      [TrainingJobProperty.MINIMUM_METRICS]: props.minimumMetrics,
    };
    const rule = new Rule(this, 'Ended', {
      description: `Tells the stack that a training job of ${props.projectName} has ended`,
      // The function lets it call when the stack begins to wait, and ends it when the stack waits no more.
      enabled: false,
      // SageMaker's events are best effort, and a delivery may fail: the job is looked at too.
      schedule: Schedule.rate(LOOK_INTERVAL),
      eventPattern: {
        source: ['aws.sagemaker'],
        detailType: ['SageMaker Training Job State Change'],
        detail: {
          TrainingJobName: [{ prefix: trainingJobNameOf(namePrefix, '') }],
          TrainingJobStatus: [...TERMINAL_STATUSES],
        },
      },
      targets: [
        new LambdaFunction(run.function, {
          event: RuleTargetInput.fromObject({
            ...forTheFunction,
            // EventBridge's own placeholder: a rule cannot refer to itself.
            [TrainingJobProperty.RULE]: '<aws.events.rule-name>',
            [TERMINAL_EVENT_DETAIL]: EventField.fromPath('$.detail'),
          }),
        }),
      ],
    });

    // A policy of its own: the function's is there before the rule, which calls the function.
    const waiting = new Policy(this, 'Waiting', {
      roles: [run.role],
      statements: [
        allow(['events:EnableRule', 'events:DisableRule', 'events:ListTargetsByRule'], [rule.ruleArn]),
      ],
    });

    const job = new CustomResource(this, 'Resource', {
      resourceType: TRAINING_JOB_RESOURCE_TYPE,
      serviceToken: run.function.functionArn,
      properties: {
        ...forTheFunction,
        [TrainingJobProperty.RULE]: rule.ruleName,
        ...(Object.keys(versions).length > 0 ? { [TrainingJobProperty.DATASET_VERSIONS]: versions } : {}),
        [TrainingJobProperty.BUDGET]: props.budget,
        ...request,
        CheckpointConfig: checkpoints,
        Tags: Lazy.any({ produce: () => this.cdkTagManager.renderTags() }),
      },
    });
    // The rule must be there when the job ends; the policies and the log group when the job is deleted.
    job.node.addDependency(rule, waiting, ...execution.dependables, ...run.outlives);

    const wait = new CfnWaitCondition(this, `Wait${requestHash}`, {
      handle: handle.ref,
      timeout: String(stackTimeout(props)),
      count: 1,
    });
    wait.node.addDependency(job);

    this.trainingJobName = job.ref;
    this.modelDataUrl = job.getAttString(TrainingJobAttribute.MODEL_DATA_URL);
    const parameter = new StringParameter(this, 'ModelDataUrl', {
      parameterName: modelDataUrlParameterName(props.projectName),
      description: `The model of ${props.projectName} that trained last and passed its gate`,
      stringValue: this.modelDataUrl,
    });
    parameter.node.addDependency(wait);
  }

  /** Lets the job's role do more; a role of a person's own must take policies. */
  public addToRolePolicy(statement: PolicyStatement): void {
    this.grantPrincipal.addToPrincipalPolicy(statement);
  }

  /** The function that starts, ends and deletes the project's training jobs, and no others. */
  private runFunction(
    { projectName, bucket, notify }: TrainingJobProps,
    jobRoleArn: string,
  ): BundledFunction {
    const stack = Stack.of(this);
    // As long as the project's own jobs' names are: those of a project whose name only begins alike are longer.
    const jobs = (name: string) =>
      trainingJobNameOf(
        trainingJobNamePrefix(name, '?'.repeat(REQUEST_HASH_LENGTH)),
        '?'.repeat(ATTEMPT_HASH_LENGTH),
      );
    const topicArn =
      notify === undefined
        ? undefined
        : StringParameter.valueForStringParameter(this, trainingTopicParameterName(projectName));
    const run = new BundledFunction(this, 'Run', {
      entry: join(__dirname, 'training-job.lambda.ts'),
      description: `Starts and deletes the training job of ${projectName}, and tells the stack how it ended`,
      // Lambda's longest: a job that is stopped still uploads what it has.
      timeout: Duration.minutes(15),
      environment: topicArn === undefined ? undefined : { [TOPIC_ARN]: topicArn },
    });
    const streams = logGroupContents(this, TRAINING_LOG_GROUP);
    const object = (key: (jobName: string) => string) => bucket.arnForObjects(key(jobs(projectName)));
    const told = topicArn === undefined ? [] : [topicArn];
    run.addToRolePolicy(
      allow(
        [
          'sagemaker:CreateTrainingJob',
          'sagemaker:DescribeTrainingJob',
          'sagemaker:StopTrainingJob',
          'sagemaker:DeleteTrainingJob',
          'sagemaker:AddTags',
          'sagemaker:DeleteTags',
        ],
        [
          // SageMaker writes names into ARNs in lower case.
          stack.formatArn({
            service: 'sagemaker',
            resource: 'training-job',
            resourceName: jobs(projectName.toLowerCase()),
          }),
        ],
      ),
      allow(['iam:PassRole'], [jobRoleArn], {
        StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
      }),
      allow(['logs:DescribeLogStreams'], [streams]),
      allow(
        ['logs:DeleteLogStream', 'logs:GetLogEvents'],
        [streams.replace(/\*$/, `log-stream:${jobs(projectName)}/*`)],
      ),
      allow(['s3:PutObject'], [keptLogKey, keptMetricsKey, ...told.map(() => mailKey)].map(object)),
      ...told.map((topic) => allow(['sns:Publish'], [topic])),
      allow(['s3:GetObject'], [object(keptMetricsKey)]),
      allow(['s3:ListBucket'], [bucket.bucketArn], {
        StringLike: {
          's3:prefix': trainingJobsKeyPrefix(
            trainingJobNamePrefix(projectName, '?'.repeat(REQUEST_HASH_LENGTH)),
          ),
        },
      }),
      ...useKeyInS3(bucket.encryptionKey, 'kms:Decrypt', 'kms:GenerateDataKey'),
      // Whether the stack rolls back, which starts no job.
      allow(['cloudformation:DescribeStacks'], [Aws.STACK_ID]),
    );
    return run;
  }
}
