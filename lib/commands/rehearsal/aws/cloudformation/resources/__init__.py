"""The resource types that the rehearsal knows."""

from __future__ import annotations

from aws.cloudformation.handler import Handler
from aws.cloudformation.resources import (
    custom,
    events,
    functions,
    identity,
    monitoring,
    network,
    notifications,
    registry,
    scaling,
    serving,
    storage,
    waiting,
    workspace,
)

HANDLERS: dict[str, Handler] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": scaling.ScalableTarget(),
    "AWS::ApplicationAutoScaling::ScalingPolicy": scaling.ScalingPolicy(),
    "AWS::Budgets::Budget": monitoring.BudgetsBudget(),
    "AWS::CDK::Metadata": registry.Metadata(),
    "AWS::CloudFormation::CustomResource": custom.CustomResource(),
    "AWS::CloudFormation::WaitCondition": waiting.WaitCondition(),
    "AWS::CloudFormation::WaitConditionHandle": waiting.WaitConditionHandle(),
    "AWS::CloudWatch::Alarm": monitoring.CloudWatchAlarm(),
    "AWS::EC2::SecurityGroup": network.SecurityGroup(),
    "AWS::EC2::SecurityGroupEgress": network.SecurityGroupRule("egress", "Destination"),
    "AWS::EC2::SecurityGroupIngress": network.SecurityGroupRule("ingress", "Source"),
    "AWS::ECR::Repository": registry.EcrRepository(),
    "AWS::Events::Rule": events.EventsRule(),
    "AWS::IAM::ManagedPolicy": identity.IamManagedPolicy(),
    "AWS::IAM::Policy": identity.IamPolicy(),
    "AWS::IAM::Role": identity.IamRole(),
    "AWS::KMS::Alias": registry.KmsAlias(),
    "AWS::KMS::Key": registry.KmsKey(),
    "AWS::Lambda::EventInvokeConfig": functions.LambdaEventInvokeConfig(),
    "AWS::Lambda::Function": functions.LambdaFunction(),
    "AWS::Lambda::LayerVersion": functions.LambdaLayerVersion(),
    "AWS::Lambda::Permission": functions.LambdaPermission(),
    "AWS::Logs::LogGroup": monitoring.LogsLogGroup(),
    "AWS::S3::Bucket": storage.S3Bucket(),
    "AWS::S3::BucketPolicy": storage.S3BucketPolicy(),
    "AWS::SNS::Subscription": notifications.SnsSubscription(),
    "AWS::SNS::Topic": notifications.SnsTopic(),
    "AWS::SNS::TopicPolicy": notifications.SnsTopicPolicy(),
    "AWS::SSM::Parameter": registry.SsmParameter(),
    "AWS::SageMaker::Endpoint": serving.SageMakerEndpoint(
        "Endpoint",
        "DeploymentConfig",
        "EndpointConfigName",
        "ExcludeRetainedVariantProperties",
        "RetainAllVariantProperties",
    ),
    "AWS::SageMaker::EndpointConfig": serving.SageMakerResource(
        "EndpointConfig", "AsyncInferenceConfig", "DataCaptureConfig", "KmsKeyId", "ProductionVariants"
    ),
    "AWS::SageMaker::Model": serving.SageMakerResource("Model"),
    "AWS::SageMaker::NotebookInstance": workspace.NotebookInstance("NotebookInstance"),
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": workspace.NotebookInstanceLifecycleConfig(
        "NotebookInstanceLifecycleConfig"
    ),
}


def handler_of(resource_type: str) -> Handler | None:
    """The handler of a type; None for one that the rehearsal does not know."""
    if resource_type.startswith("Custom::"):
        return HANDLERS["AWS::CloudFormation::CustomResource"]
    return HANDLERS.get(resource_type)
