/**
 * CloudFormation types that cost nothing themselves, with what using them may cost. A type that is neither here
 * nor priced by the estimate is reported as unknown, by its name.
 */
export const FREE_TYPES: Readonly<Record<string, string>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': 'scaling limits',
  'AWS::CDK::Metadata': 'metadata of the app',
  'AWS::CloudFormation::WaitCondition': 'wait condition',
  'AWS::CloudFormation::WaitConditionHandle': 'wait condition handle',
  'AWS::EC2::InternetGateway': 'internet gateway',
  'AWS::EC2::Route': 'route',
  'AWS::EC2::RouteTable': 'route table',
  'AWS::EC2::SecurityGroup': 'security group',
  'AWS::EC2::SecurityGroupEgress': 'security group rule',
  'AWS::EC2::SecurityGroupIngress': 'security group rule',
  'AWS::EC2::Subnet': 'subnet',
  'AWS::EC2::SubnetRouteTableAssociation': 'route table association',
  'AWS::EC2::VPC': 'VPC',
  'AWS::EC2::VPCGatewayAttachment': 'gateway attachment',
  'AWS::Events::Rule': 'rule for events of AWS services',
  'AWS::IAM::InstanceProfile': 'instance profile',
  'AWS::IAM::ManagedPolicy': 'policy',
  'AWS::IAM::Policy': 'policy',
  'AWS::IAM::Role': 'role',
  'AWS::KMS::Alias': 'name of a key',
  'AWS::Lambda::EventInvokeConfig': 'retry settings',
  'AWS::Lambda::LayerVersion': 'layer',
  'AWS::Lambda::Permission': 'permission',
  'AWS::Logs::LogStream': 'log stream',
  'AWS::Logs::QueryDefinition': 'saved query',
  'AWS::Logs::ResourcePolicy': 'permission',
  'AWS::S3::BucketPolicy': 'bucket policy',
  'AWS::SNS::Subscription': 'subscription',
  'AWS::SNS::Topic': 'topic',
  'AWS::SNS::TopicPolicy': 'topic policy',
  'AWS::SageMaker::EndpointConfig': 'configuration: its endpoint is what costs',
  'AWS::SageMaker::Model': 'model: its archive is in the bucket',
  'AWS::SageMaker::NotebookInstanceLifecycleConfig': 'lifecycle script',
  'Custom::CDKBucketDeployment': 'upload at deploy',
  'Custom::S3AutoDeleteObjects': 'emptying at destroy',
  'Custom::S3BucketNotifications': 'notification settings',
};

/** What using a free type may cost: remarks on the estimate, not part of it. */
export const FREE_TYPE_NOTES: Readonly<Record<string, string>> = {
  'AWS::SNS::Topic': 'mails and messages beyond the free tier are billed by number',
};
