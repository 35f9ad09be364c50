"""The resource types that the rehearsal knows."""

from __future__ import annotations

from aws.cloudformation.handler import Handler
from aws.cloudformation.resources.custom import CustomResource
from aws.cloudformation.resources.events import EventsRule
from aws.cloudformation.resources.functions import (
    LambdaEventInvokeConfig,
    LambdaFunction,
    LambdaLayerVersion,
    LambdaPermission,
)
from aws.cloudformation.resources.identity import IamManagedPolicy, IamPolicy, IamRole
from aws.cloudformation.resources.monitoring import BudgetsBudget, CloudWatchAlarm, LogsLogGroup
from aws.cloudformation.resources.network import SecurityGroup, SecurityGroupRule
from aws.cloudformation.resources.notifications import SnsSubscription, SnsTopic, SnsTopicPolicy
from aws.cloudformation.resources.registry import EcrRepository, KmsAlias, KmsKey, Metadata, SsmParameter
from aws.cloudformation.resources.scaling import ScalableTarget, ScalingPolicy
from aws.cloudformation.resources.serving import SageMakerEndpoint, SageMakerResource
from aws.cloudformation.resources.storage import S3Bucket, S3BucketPolicy
from aws.cloudformation.resources.waiting import WaitCondition, WaitConditionHandle
from aws.cloudformation.resources.workspace import NotebookInstance, NotebookInstanceLifecycleConfig

HANDLERS: dict[str, Handler] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ScalableTarget(),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ScalingPolicy(),
    "AWS::Budgets::Budget": BudgetsBudget(),
    "AWS::CDK::Metadata": Metadata(),
    "AWS::CloudFormation::CustomResource": CustomResource(),
    "AWS::CloudFormation::WaitCondition": WaitCondition(),
    "AWS::CloudFormation::WaitConditionHandle": WaitConditionHandle(),
    "AWS::CloudWatch::Alarm": CloudWatchAlarm(),
    "AWS::EC2::SecurityGroup": SecurityGroup(),
    "AWS::EC2::SecurityGroupEgress": SecurityGroupRule("egress", "Destination"),
    "AWS::EC2::SecurityGroupIngress": SecurityGroupRule("ingress", "Source"),
    "AWS::ECR::Repository": EcrRepository(),
    "AWS::Events::Rule": EventsRule(),
    "AWS::IAM::ManagedPolicy": IamManagedPolicy(),
    "AWS::IAM::Policy": IamPolicy(),
    "AWS::IAM::Role": IamRole(),
    "AWS::KMS::Alias": KmsAlias(),
    "AWS::KMS::Key": KmsKey(),
    "AWS::Lambda::EventInvokeConfig": LambdaEventInvokeConfig(),
    "AWS::Lambda::Function": LambdaFunction(),
    "AWS::Lambda::LayerVersion": LambdaLayerVersion(),
    "AWS::Lambda::Permission": LambdaPermission(),
    "AWS::Logs::LogGroup": LogsLogGroup(),
    "AWS::S3::Bucket": S3Bucket(),
    "AWS::S3::BucketPolicy": S3BucketPolicy(),
    "AWS::SNS::Subscription": SnsSubscription(),
    "AWS::SNS::Topic": SnsTopic(),
    "AWS::SNS::TopicPolicy": SnsTopicPolicy(),
    "AWS::SSM::Parameter": SsmParameter(),
    "AWS::SageMaker::Endpoint": SageMakerEndpoint(
        "Endpoint",
        "DeploymentConfig",
        "EndpointConfigName",
        "ExcludeRetainedVariantProperties",
        "RetainAllVariantProperties",
    ),
    "AWS::SageMaker::EndpointConfig": SageMakerResource(
        "EndpointConfig", "AsyncInferenceConfig", "DataCaptureConfig", "KmsKeyId", "ProductionVariants"
    ),
    "AWS::SageMaker::Model": SageMakerResource("Model"),
    "AWS::SageMaker::NotebookInstance": NotebookInstance("NotebookInstance"),
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": NotebookInstanceLifecycleConfig(
        "NotebookInstanceLifecycleConfig"
    ),
}


def handler_of(resource_type: str) -> Handler | None:
    """The handler of a type; None for one that the rehearsal does not know."""
    if resource_type.startswith("Custom::"):
        return HANDLERS["AWS::CloudFormation::CustomResource"]
    return HANDLERS.get(resource_type)
