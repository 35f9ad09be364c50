"""Every resource type that the rehearsal knows: made, seen by the audit, updated, deleted without a trace."""

import re

import pytest
from aws.cloudformation.resources import HANDLERS

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]},
        }
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
TAGS = [{"Key": "project", "Value": "test"}]
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}


def resources(second: bool) -> dict:
    """One of each, with a value that differs between the first and the second deployment."""
    number = 2 if second else 1
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "Description": f"number {number}",
                "ManagedPolicyArns": [
                    "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
                    {"Ref": "ManagedPolicy"},
                ],
                "Policies": [{"PolicyName": f"inline{number}", "PolicyDocument": POLICY}],
                "Tags": TAGS,
            },
        },
        "Policy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": f"policy{number}",
                "PolicyDocument": POLICY,
                "Roles": [{"Ref": "Role"}],
            },
        },
        "ManagedPolicy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": {**POLICY, "Id": f"id{number}"}},
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "VersioningConfiguration": {"Status": "Enabled"},
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                    ]
                },
                "LifecycleConfiguration": {
                    "Rules": [
                        {"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 30 + number}},
                        {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
                    ]
                },
                "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
                "Tags": TAGS,
            },
        },
        "BucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {**POLICY, "Id": f"id{number}"}},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"ZipFile": f"exports.handler = async () => {number};"},
                "Handler": "index.handler",
                "Role": ROLE,
                "Runtime": "nodejs22.x",
                "Timeout": 10 + number,
                "LoggingConfig": {"LogGroup": {"Ref": "LogGroup"}},
                "Tags": TAGS,
            },
        },
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": "instances",
                "VpcId": "vpc-0123456789abcdef0",
                "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": f"10.{number}.0.0/16"}],
                "Tags": [*TAGS, {"Key": f"only{number}", "Value": "x"}],
            },
        },
        "Inbound": {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                "SourceSecurityGroupId": {"Ref": "Group"},
                "IpProtocol": "tcp",
                "FromPort": 0,
                "ToPort": 65535,
                "Description": f"number {number}",
            },
        },
        "Outbound": {
            "Type": "AWS::EC2::SecurityGroupEgress",
            "Properties": {
                "GroupId": {"Ref": "Group"},
                "CidrIpv6": "::/0",
                "IpProtocol": "udp",
                "FromPort": 50 + number,
                "ToPort": 60,
            },
        },
        "EventInvokeConfig": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {
                "FunctionName": {"Ref": "Function"},
                "Qualifier": "$LATEST",
                "MaximumRetryAttempts": number - 1,
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Function"},
                "Principal": "events.amazonaws.com",
            },
        },
        "LogGroup": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"RetentionInDays": [3, 5][number - 1], "Tags": TAGS},
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": [f"source{number}"]},
                "Targets": [{"Id": f"target{number}", "Arn": {"Fn::GetAtt": ["Function", "Arn"]}}],
                "Tags": TAGS,
            },
        },
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": f"value{number}", "Tags": {"project": "test"}},
        },
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "ComparisonOperator": "GreaterThanThreshold",
                "EvaluationPeriods": "1",
                "MetricName": "Errors",
                "Namespace": "Test",
                "Period": 60,
                "Statistic": "Sum",
                "Threshold": number,
                "AlarmActions": [{"Ref": "Topic"}],
                "Tags": TAGS,
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": f"topic {number}", "Tags": TAGS}},
        "TopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": {**POLICY, "Id": f"id{number}"}},
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "email",
                "Endpoint": f"a{number}@example.com",
            },
        },
        "Budget": {
            "Type": "AWS::Budgets::Budget",
            "Properties": {
                "Budget": {
                    "BudgetType": "COST",
                    "TimeUnit": "MONTHLY",
                    "BudgetLimit": {"Amount": number, "Unit": "USD"},
                },
                "NotificationsWithSubscribers": [
                    {
                        "Notification": {
                            "ComparisonOperator": "GREATER_THAN",
                            "NotificationType": "ACTUAL",
                            "Threshold": 80,
                        },
                        "Subscribers": [{"Address": "a@example.com", "SubscriptionType": "EMAIL"}],
                    }
                ],
            },
        },
        "Repository": {
            "Type": "AWS::ECR::Repository",
            "Properties": {"ImageTagMutability": ["MUTABLE", "IMMUTABLE"][number - 1]},
        },
        "Key": {
            "Type": "AWS::KMS::Key",
            "Properties": {"Description": "a key", "KeyPolicy": POLICY, "Tags": TAGS},
        },
        "Alias": {
            "Type": "AWS::KMS::Alias",
            "Properties": {"AliasName": f"alias/test{number}", "TargetKeyId": {"Ref": "Key"}},
        },
        "Lifecycle": {
            "Type": "AWS::SageMaker::NotebookInstanceLifecycleConfig",
            "Properties": {"OnStart": [{"Content": f"ZWNobyB{number}"}]},
        },
        "Notebook": {
            "Type": "AWS::SageMaker::NotebookInstance",
            "Properties": {
                "InstanceType": ["ml.t3.medium", "ml.t3.large"][number - 1],
                "RoleArn": ROLE,
                "LifecycleConfigName": {"Fn::GetAtt": ["Lifecycle", "NotebookInstanceLifecycleConfigName"]},
                "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
                "Tags": TAGS,
            },
        },
        "Metadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": f"v2:{number}"}},
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    }


#: Tested where they run for real.
ELSEWHERE = {
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::WaitCondition",
    "AWS::Lambda::LayerVersion",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::Model",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
}


def test_every_known_type_is_in_this_test():
    assert {item["Type"] for item in resources(False).values()} == HANDLERS.keys() - ELSEWHERE


def test_each_type_is_made_updated_and_deleted_without_a_trace(stack, emulator):
    before = emulator.left()
    assert stack.deploy(resources(False)) == "CREATE_COMPLETE", stack.failures()
    kinds = {entry["type"] for entry in emulator.left() if entry not in before}
    assert len(kinds) >= 15, kinds
    assert stack.deploy(resources(True)) == "UPDATE_COMPLETE", stack.failures()
    name = stack.resource("Parameter")["PhysicalResourceId"]
    assert emulator.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "value2"
    notebook = stack.resource("Notebook")["PhysicalResourceId"].rsplit("/", 1)[-1]
    described = emulator.client("sagemaker").describe_notebook_instance(NotebookInstanceName=notebook)
    assert (described["InstanceType"], described["NotebookInstanceStatus"]) == ("ml.t3.large", "InService")
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()
    # A key's deletion is scheduled, as on AWS.
    left = [entry for entry in emulator.left() if entry not in before and entry["service"] != "kms"]
    assert left == []


@pytest.mark.parametrize("kind", sorted(HANDLERS.keys() - {"AWS::CloudFormation::CustomResource"}))
def test_fails_for_a_property_that_would_be_ignored(stack, kind):
    assert stack.deploy({"Thing": {"Type": kind, "Properties": {"Wish": 1}}}) == "ROLLBACK_COMPLETE"
    refused = (
        rf"the rehearsal does not know Wish of {kind};|failed for resource Thing .*'Wish' was unexpected"
    )
    assert re.search(refused, stack.reason("CREATE_FAILED"), re.DOTALL)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"ScheduleExpression": "cron(0 12 * * ? *)"}, "keeps schedules of a rate only"),
        (
            {
                "EventPattern": {"source": ["s"]},
                "Targets": [{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}],
            },
            "rules reach functions and topics, not arn:aws:sqs:us-east-1:123456789012:q",
        ),
    ],
)
def test_fails_for_a_rule_that_it_could_not_keep(stack, properties, reason):
    rule = {"Type": "AWS::Events::Rule", "Properties": properties}
    assert stack.deploy({"Rule": rule}) == "ROLLBACK_COMPLETE"
    assert reason in stack.reason("CREATE_FAILED")
