// What scanners find and what stands, each with its reason. What is not here fails; what is no longer found fails too.

const NO_SECRET = 'names, durations and ARNs; who may read the function may read them in the template too';
const IN_A_VPC =
  "the network interfaces of a VPC's instances do not exist before; SageMaker's own page on roles has the statement so";
const OF_THE_CDK = "the CDK's own function, for its custom resource: ";

/** Of cdk-nag. */
export const CDK_NAG: [construct: RegExp, finding: RegExp, reason: string][] = [
  [
    /DataBucket/,
    /^AwsSolutions-S1$/,
    'access logs need a second bucket that outlives this one; CloudTrail data events do without',
  ],
  [
    /Datasets\/Role/,
    /:<DataBucket\w+\.Arn>\/data\/\*/,
    'an upload writes the objects of its prefix, whose names are those of the files',
  ],
  [
    /Notebook\/Role/,
    /:<DataBucket\w+\.Arn>\/\*/,
    "a notebook works with all data of its project's own bucket",
  ],
  [/Notebook\/Role/, /NotebookInstances:\*/, 'the streams of a log group'],
  [/Notebook\/Role/, /^AwsSolutions-IAM5\[Resource::\*\]$/, IN_A_VPC],
  [
    /Notebook\/Resource/,
    /^AwsSolutions-SM[13]$/,
    "a notebook fetches packages and repositories; `vpc` puts it into the account's own network",
  ],
  [
    /Notebook\/Resource/,
    /^AwsSolutions-SM2$/,
    'the volume is encrypted by a key of SageMaker; one of the account costs by the month',
  ],
  [/Custom::CDKBucketDeployment/, /^AwsSolutions-L1$/, "the CDK's own function: it chooses its runtime"],
  [/JobRole/, /\/(data|jobs|checkpoints|prefix)\/?.*\*\]$/, 'the objects below a prefix of the job'],
  [/(JobRole|Run\/Role)/, /TrainingJobs:\*/, 'the streams of a log group'],
  [
    /(JobRole|ModelRole)/,
    /^AwsSolutions-IAM5\[Resource::\*\]$/,
    'the token of the registry and metrics cannot be scoped; metrics are, by their namespace',
  ],
  [
    /Run\/Role/,
    /log-stream:\w+-\?{10}-\?{8}\/\*/,
    "the streams of the project's own jobs, whose names end with two hashes",
  ],
  [
    /ModelRole/,
    /\/(async\/(input|output|failure)|data-capture)\/\*\]$/,
    'the requests and answers below their prefixes',
  ],
  [
    /IdleGuard\/Function\/Role/,
    /^AwsSolutions-IAM5\[Resource::\*\]$/,
    'metrics that are read cannot be scoped to a resource',
  ],
  [
    /Run\/Role/,
    /:reserved-capacity\/\*\]$/,
    'a job that takes a training plan takes the capacity of it, whose names only the plan knows',
  ],
  [/ModelRole/, /Endpoints\/[\w-]+:\*/, 'the streams of a log group'],
];

/** Of checkov: a resource by its type and logical id. */
export const CHECKOV: [resource: RegExp, check: string, reason: string][] = [
  [/S3::Bucket\.DataBucket/, 'CKV_AWS_18', 'as AwsSolutions-S1 of cdk-nag'],
  [
    /Logs::LogGroup\./,
    'CKV_AWS_158',
    "encrypted by a key of CloudWatch; a person's own `kmsKey` need not let the logs service use it, and the deploy would fail on that",
  ],
  [
    /SNS::Topic\.(Idle|Training)NoticesTopic/,
    'CKV_AWS_26',
    "mails of an endpoint's end, with no more than names; EventBridge cannot publish under a key of SNS, nor under a `kmsKey` that does not let it",
  ],
  [
    /NotebookInstance\.Notebook/,
    'CKV_AWS_187',
    '`kmsKey` is the way; without it the volume is encrypted by a key of SageMaker, as AwsSolutions-SM2',
  ],
  [
    /SageMaker::Model\.\w*EndpointModel/,
    'CKV_AWS_370',
    "a handler's script may ask AWS, and gets its requirements when it starts; the archive of TensorFlow holds no code",
  ],
  [
    /Lambda::Function\./,
    'CKV_AWS_115',
    "reserved concurrency is taken from the account's, of which a new one has 10 in all; each function is called by one stack, one rule or one alarm",
  ],
  [
    /Lambda::Function\./,
    'CKV_AWS_117',
    "it calls AWS's own APIs and nothing of a network; in a VPC these would cost endpoints or a NAT gateway by the hour",
  ],
  [
    /Lambda::Function\.TrainingJobRunFunction/,
    'CKV_AWS_116',
    'the stack waits for what it tells, and its owner is told when the wait ends; until then a schedule calls it every five minutes',
  ],
  [
    /Lambda::Function\.\w*EndpointIdleGuardFunction/,
    'CKV_AWS_116',
    'its dead letters go to `notify`, and without that there is nobody to tell; a schedule calls it every hour',
  ],
  [
    /Lambda::Function\.Custom(CDKBucketDeployment|S3AutoDeleteObjects)/,
    'CKV_AWS_116',
    `${OF_THE_CDK}CloudFormation waits for its answer, and fails without one`,
  ],
  [/Lambda::Function\.(\w*EndpointIdleGuardFunction|TrainingJobRunFunction)/, 'CKV_AWS_173', NO_SECRET],
  [/Lambda::Function\.CustomCDKBucketDeployment/, 'CKV_AWS_173', `${OF_THE_CDK}the path of its AWS CLI`],
  [/IAM::Policy\.(NotebookRole|TrainingJobJobRole)/, 'CKV_AWS_109', IN_A_VPC],
  [/IAM::Policy\.(NotebookRole|TrainingJobJobRole)/, 'CKV_AWS_111', IN_A_VPC],
];

/** Of parliament: stack and logical id of the policy, issue and what it is about. */
export const PARLIAMENT: [policy: RegExp, issue: RegExp, reason: string][] = [
  [
    /-training-TrainingJobRunRole/,
    /^UNKNOWN_ACTION .*DeleteTrainingJob/,
    'the action is younger than its list of actions',
  ],
  [/^(closed|isolated)-/, /^RESOURCE_STAR \["ec2:CreateNetworkInterface"/, IN_A_VPC],
  [
    /^reserved-training-TrainingJobRunRole/,
    /^RESOURCE_MISMATCH .*sagemaker:CreateTrainingJob/,
    'a job in reserved capacity is asked for its training plan too, which its list does not know yet',
  ],
];
