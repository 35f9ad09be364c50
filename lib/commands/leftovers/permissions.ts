/** The IAM actions that a look needs, all of which read. GetCallerIdentity needs none. */
export const ACTIONS: readonly string[] = [
  'application-autoscaling:DescribeScalableTargets',
  // ViewBudget depends on it.
  'billing:GetBillingViewData',
  'budgets:ViewBudget',
  'cloudformation:DescribeStacks',
  'cloudformation:ListStackResources',
  // DescribeStacks without a name is a list.
  'cloudformation:ListStacks',
  'cloudwatch:DescribeAlarms',
  'ec2:DescribeNetworkInterfaces',
  'events:ListRules',
  'events:ListTargetsByRule',
  'iam:GetAccountAuthorizationDetails',
  'lambda:ListFunctions',
  'lambda:ListLayerVersions',
  'lambda:ListLayers',
  'logs:DescribeLogGroups',
  'logs:DescribeLogStreams',
  's3:ListAllMyBuckets',
  's3:ListBucketVersions',
  'sagemaker:DescribeEndpoint',
  'sagemaker:DescribeEndpointConfig',
  'sagemaker:DescribeNotebookInstance',
  'sagemaker:DescribeTrainingJob',
  'sagemaker:ListEndpointConfigs',
  'sagemaker:ListEndpoints',
  'sagemaker:ListModels',
  'sagemaker:ListNotebookInstanceLifecycleConfigs',
  'sagemaker:ListNotebookInstances',
  'sagemaker:ListTrainingJobs',
  'sns:ListTopics',
  'ssm:DescribeParameters',
  'tag:GetResources',
];

/** The least policy that a look needs. Its resource is `*`: what is looked for has no name yet, and lists cannot be scoped. */
export function leastPolicy(): string {
  const statement = { Effect: 'Allow', Action: ACTIONS, Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2);
}
