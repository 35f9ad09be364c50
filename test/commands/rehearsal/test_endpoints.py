"""Endpoints: real models served, switched without a gap, rolled back with a reason."""

import io
import json
import tarfile
import threading
import time

import pytest
from botocore.exceptions import ClientError
from saved_models import save_multiplier

IMAGE = (
    "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-inference:2.19.0-cpu-py312-ubuntu22.04-sagemaker"
)


@pytest.fixture(scope="module")
def bucket(emulator, tmp_path_factory):
    """A bucket with a model that doubles, one that triples, and one that is none."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="model-test")
    for name, factor in (("double", 2.0), ("triple", 3.0), ("broken", None), ("linked", None)):
        folder = tmp_path_factory.mktemp(name)
        if factor is None:
            (folder / "readme.txt").write_text("no model")
            if name == "linked":
                (folder / "link.txt").symlink_to("readme.txt")
        else:
            save_multiplier(folder, factor)
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as file:
            file.add(folder, ".")
        s3.put_object(Bucket="model-test", Key=f"{name}.tar.gz", Body=archive.getvalue())
    yield "model-test"
    for item in s3.list_objects_v2(Bucket="model-test")["Contents"]:
        s3.delete_object(Bucket="model-test", Key=item["Key"])
    s3.delete_bucket(Bucket="model-test")


ALARM = {
    "AlarmName": "rolls-back",
    "Namespace": "AWS/SageMaker",
    "MetricName": "Invocation5XXErrors",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
}


def resources(bucket: str, role: str, model: str, **variant) -> dict:
    sized = variant or {"InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1, "InitialVariantWeight": 1}
    model_name, config_name = (
        {"Fn::GetAtt": ["Model", "ModelName"]},
        {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
    )
    found = {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": role,
                "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/{model}.tar.gz"},
            },
        },
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {
                "ProductionVariants": [{"VariantName": "AllTraffic", "ModelName": model_name, **sized}]
            },
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": "served",
                "EndpointConfigName": config_name,
                "Tags": [{"Key": "project", "Value": "test"}],
            },
        },
    }
    if "ServerlessConfig" not in variant:
        target = {
            "ResourceId": "endpoint/served/variant/AllTraffic",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "ServiceNamespace": "sagemaker",
        }
        tracking = {
            "TargetValue": 100,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
        }
        found["Target"] = {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "DependsOn": "Endpoint",
            "Properties": {
                **target,
                "MinCapacity": 1,
                "MaxCapacity": 2,
                "RoleARN": role,
                "Tags": [{"Key": "project", "Value": "test"}],
            },
        }
        found["Policy"] = {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "busy",
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "TargetTrackingScalingPolicyConfiguration": tracking,
            },
        }
    return found


@pytest.fixture
def predict(emulator):
    runtime = emulator.client("sagemaker-runtime")

    def send(body='{"instances": [1.0, 2.0]}', content_type="application/json", name="served"):
        answer = runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType=content_type)
        return json.loads(answer["Body"].read())["predictions"]

    return send


def test_serves_switches_and_survives_a_broken_successor(stack, emulator, bucket, role, predict):
    before = emulator.left()
    assert stack.deploy(resources(bucket, role, "double")) == "CREATE_COMPLETE", stack.failures()
    assert predict() == [2.0, 4.0]
    first = {item: stack.resource(item)["PhysicalResourceId"] for item in ("Model", "Config", "Endpoint")}
    assert first["Endpoint"] == "arn:aws:sagemaker:us-east-1:123456789012:endpoint/served"

    answers, stop = [], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            answers.append(predict('{"instances": [1.0]}')[0])
            time.sleep(0.02)

    asking = threading.Thread(target=ask)
    asking.start()
    assert stack.deploy(resources(bucket, role, "triple")) == "UPDATE_COMPLETE", stack.failures()
    emulator.wait(lambda: answers[-1] == 3.0)
    stop.set()
    asking.join()
    # Every request was answered, by the old model and then by the new one.
    assert answers == sorted(answers) and set(answers) == {2.0, 3.0}
    second = {item: stack.resource(item)["PhysicalResourceId"] for item in first}
    assert second["Endpoint"] == first["Endpoint"] and second["Model"] != first["Model"]
    models = emulator.client("sagemaker").list_models()["Models"]
    assert [model["ModelArn"] for model in models] == [second["Model"]]

    assert stack.deploy(resources(bucket, role, "broken")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "did not pass the ping health check" in stack.reason("UPDATE_FAILED")
    assert predict() == [3.0, 6.0]
    for variant, reason in (
        (
            {"InstanceType": "ml.c5.large", "InitialInstanceCount": 1},
            "must be deregistered as a scalable target",
        ),
        (
            {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}},
            "from instance-based to serverless",
        ),
    ):
        changed = resources(bucket, role, "triple", **variant)
        changed |= {name: resources(bucket, role, "triple")[name] for name in ("Target", "Policy")}
        assert stack.deploy(changed) == "UPDATE_ROLLBACK_COMPLETE"
        assert reason in stack.reason("UPDATE_FAILED")
    # Who looks at the alarms is SageMaker by the model's role.
    iam, sagemaker = emulator.client("iam"), emulator.client("sagemaker")
    looking = {"Effect": "Deny", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [looking]})
    iam.put_role_policy(RoleName="test", PolicyName="blind", PolicyDocument=document)
    emulator.client("cloudwatch").put_metric_alarm(**ALARM)
    sagemaker.update_endpoint(
        EndpointName="served",
        EndpointConfigName=second["Config"].rsplit("/", 1)[-1],
        DeploymentConfig={
            "BlueGreenUpdatePolicy": {
                "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
            },
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": ALARM["AlarmName"]}]},
        },
    )

    def settled():
        described = sagemaker.describe_endpoint(EndpointName="served")
        return described if described["EndpointStatus"] == "InService" else None

    assert "not authorized to perform: cloudwatch:DescribeAlarms" in emulator.wait(settled)["FailureReason"]
    iam.delete_role_policy(RoleName="test", PolicyName="blind")
    emulator.client("cloudwatch").delete_alarms(AlarmNames=[ALARM["AlarmName"]])
    assert {item: stack.resource(item)["PhysicalResourceId"] for item in first} == second
    assert len(emulator.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]) == 1

    with pytest.raises(ClientError) as wrong:
        predict('{"instances": ["text"]}')
    error = wrong.value.response
    assert (error["Error"]["Code"], error["OriginalStatusCode"]) == ("ModelError", 400)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 424 and "served" in error["LogStreamArn"]
    with pytest.raises(ClientError, match="ModelError.*415"):
        predict("x", "text/html")
    with pytest.raises(ClientError, match=r"413.*6291456 bytes"):
        predict("x" * 6291457)
    with pytest.raises(
        ClientError, match="ValidationError.*Endpoint absent of account 123456789012 not found"
    ):
        predict(name="absent")

    group = "/aws/sagemaker/Endpoints/served"
    assert emulator.client("logs").describe_log_streams(logGroupName=group)["logStreams"]
    assert stack.delete() == "DELETE_COMPLETE"
    emulator.client("logs").delete_log_group(logGroupName=group)
    assert [entry for entry in emulator.left() if entry not in before] == []


def test_an_endpoint_that_cannot_start_rolls_back(stack, emulator, bucket, role, predict):
    serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}}
    assert stack.deploy(resources(bucket, role, "broken", **serverless)) == "ROLLBACK_COMPLETE"
    assert (
        "Endpoint served is Failed. The primary container for production variant AllTraffic"
        in stack.reason("CREATE_FAILED")
    )
    sagemaker = emulator.client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == sagemaker.list_models()["Models"] == []
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.deploy(resources(bucket, role, "linked", **serverless)) == "ROLLBACK_COMPLETE"
    assert "Failed to extract model data archive" in stack.reason("CREATE_FAILED")
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.deploy(resources(bucket, role, "double", **serverless)) == "CREATE_COMPLETE", (
        stack.failures()
    )
    described = sagemaker.describe_endpoint(EndpointName="served")
    assert described["ProductionVariants"][0]["CurrentServerlessConfig"] == serverless["ServerlessConfig"]
    with pytest.raises(ClientError, match=r"413.*4194304 bytes"):
        predict("x" * 4194305)
    emulator.client("logs").delete_log_group(logGroupName="/aws/sagemaker/Endpoints/served")


def test_an_asynchronous_endpoint_answers_through_s3(stack, emulator, bucket, role, predict):
    before = emulator.left()
    found = resources(bucket, role, "double")
    found["Config"]["Properties"]["AsyncInferenceConfig"] = {
        "OutputConfig": {
            "S3OutputPath": f"s3://{bucket}/async/output/",
            "S3FailurePath": f"s3://{bucket}/async/failure/",
        }
    }
    # At rest no instance; from none a step of its own.
    found["Target"]["Properties"] |= {"MinCapacity": 0}
    del found["Target"]["Properties"]["RoleARN"]
    found["Wake"] = {
        "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Properties": {
            "PolicyName": "wake",
            "PolicyType": "StepScaling",
            "ScalingTargetId": {"Ref": "Target"},
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
            },
        },
    }
    assert stack.deploy(found) == "CREATE_COMPLETE", stack.failures()
    described = emulator.client("sagemaker").describe_endpoint(EndpointName="served")
    assert described["AsyncInferenceConfig"]["OutputConfig"]["S3FailurePath"].endswith("/async/failure/")
    with pytest.raises(ClientError, match="ValidationError.*is asynchronous.*use InvokeEndpointAsync"):
        predict()

    s3, runtime = emulator.client("s3"), emulator.client("sagemaker-runtime")
    s3.put_object(Bucket=bucket, Key="async/input/good.json", Body=b'{"instances": [1.0, 2.0]}')
    s3.put_object(Bucket=bucket, Key="async/input/bad.json", Body=b'{"instances": ["text"]}')

    def ask(name: str, **more) -> dict:
        location = f"s3://{bucket}/async/input/{name}.json"
        return runtime.invoke_endpoint_async(
            EndpointName="served", InputLocation=location, ContentType="application/json", **more
        )

    def lies(location: str) -> bytes | None:
        key = location.split(f"s3://{bucket}/")[1]
        try:
            return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError:
            return None

    good = ask("good", InferenceId="mine")
    assert good["InferenceId"] == "mine"
    assert json.loads(emulator.wait(lambda: lies(good["OutputLocation"]))) == {"predictions": [2.0, 4.0]}
    for name, reason in (("bad", b"error (400)"), ("absent", b"there is no object")):
        asked = ask(name)
        assert reason in emulator.wait(lambda asked=asked: lies(asked["FailureLocation"]))
        assert lies(asked["OutputLocation"]) is None
    with pytest.raises(ClientError, match="not in the rehearsal: Filename of InvokeEndpointAsync"):
        ask("good", Filename="x")
    assert stack.delete() == "DELETE_COMPLETE"
    emulator.client("logs").delete_log_group(logGroupName="/aws/sagemaker/Endpoints/served")
    for item in s3.list_objects_v2(Bucket=bucket, Prefix="async/")["Contents"]:
        s3.delete_object(Bucket=bucket, Key=item["Key"])
    assert [entry for entry in emulator.left() if entry not in before] == []


def test_a_model_without_data_or_an_unknown_config_is_refused(emulator, bucket, role):
    sagemaker = emulator.client("sagemaker")
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/absent.tar.gz"}
    with pytest.raises(ClientError, match="Could not find model data at"):
        sagemaker.create_model(ModelName="m", ExecutionRoleArn=role, PrimaryContainer=container)
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="absent")
    with pytest.raises(ClientError, match="Could not find endpoint") as missing:
        sagemaker.delete_endpoint(EndpointName="absent")
    assert missing.value.response["Error"]["Code"] == "ValidationException"


def test_requests_and_answers_are_kept_where_the_configuration_says_so(
    stack, emulator, bucket, role, predict
):
    found = resources(bucket, role, "double")
    del found["Target"], found["Policy"]
    found["Model"]["Properties"] |= {
        "EnableNetworkIsolation": True,
        "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    }
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{bucket}/data-capture",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
    }
    found["Config"]["Properties"]["DataCaptureConfig"] = capture
    assert stack.deploy(found) == "CREATE_COMPLETE", stack.failures()
    assert predict() == [2.0, 4.0]
    s3 = emulator.client("s3")
    [kept] = s3.list_objects_v2(Bucket=bucket, Prefix="data-capture/served/AllTraffic/")["Contents"]
    line = json.loads(s3.get_object(Bucket=bucket, Key=kept["Key"])["Body"].read())
    assert line["captureData"]["endpointInput"] == {
        "observedContentType": "application/json",
        "mode": "INPUT",
        "data": '{"instances": [1.0, 2.0]}',
        "encoding": "JSON",
    }
    assert json.loads(line["captureData"]["endpointOutput"]["data"]) == {"predictions": [2.0, 4.0]}
    assert emulator.client("sagemaker").describe_endpoint(EndpointName="served")["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{bucket}/data-capture",
        "KmsKeyId": "",
    }
    s3.delete_object(Bucket=bucket, Key=kept["Key"])
    assert stack.delete() == "DELETE_COMPLETE"
    emulator.client("logs").delete_log_group(logGroupName="/aws/sagemaker/Endpoints/served")


def test_what_a_kind_of_hosting_cannot_have_is_refused(emulator, bucket, role):
    sagemaker = emulator.client("sagemaker")
    for name, more in (("plain", {}), ("isolated", {"EnableNetworkIsolation": True})):
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/double.tar.gz"}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container, **more)
    serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1}}
    large = {"InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
    key = {"KmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/1"}
    capture = {
        "DataCaptureConfig": {
            "InitialSamplingPercentage": 1,
            "DestinationS3Uri": f"s3://{bucket}/kept",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        }
    }
    for model, variant, config, reason in (
        ("plain", serverless, capture, "DataCaptureConfig is not supported with ServerlessConfig"),
        ("isolated", serverless, {}, "EnableNetworkIsolation of a model is not supported for serverless"),
        ("plain", large, key, "KmsKeyId is not supported for the instance type ml.g5.xlarge"),
        (
            "plain",
            {**large, "VolumeSizeInGB": 9},
            {},
            "VolumeSizeInGB is not supported for the instance type",
        ),
    ):
        variants = [{"VariantName": "one", "ModelName": model, **variant}]
        with pytest.raises(ClientError, match=reason):
            sagemaker.create_endpoint_config(
                EndpointConfigName="refused", ProductionVariants=variants, **config
            )
    for name in ("plain", "isolated"):
        sagemaker.delete_model(ModelName=name)
