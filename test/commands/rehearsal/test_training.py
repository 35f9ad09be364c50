"""Training jobs: checked, really run, watched, stopped."""

import contextlib
import io
import json
import re
import tarfile
import time
from pathlib import Path

import pytest
from aws.sagemaker import objects
from botocore.exceptions import ClientError

IMAGE = (
    "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-training:2.19.0-cpu-py312-ubuntu22.04-sagemaker"
)
#: Learns nothing, quickly: counts on from its checkpoint, says its metric, writes its model.
SCRIPT = """
import argparse, os, pathlib, signal, sys, time
parser = argparse.ArgumentParser()
parser.add_argument('--epochs', type=int)
parser.add_argument('--wait', type=float, default=0)
parser.add_argument('--fail', type=int, default=0)
parser.add_argument('--ask', default='')
arguments, _ = parser.parse_known_args()
print('file', (pathlib.Path(os.environ['SM_CHANNEL_TRAINING']) / 'below/data.txt').read_text(), flush=True)
if arguments.ask:
    import boto3
    print('I am', boto3.client('sts').get_caller_identity()['Arn'], flush=True)
    for bucket in arguments.ask.split(','):
        try:
            answer = boto3.client('s3').list_objects_v2(Bucket=bucket)
            print(f"{bucket}: {answer['KeyCount']} objects", flush=True)
        except Exception as error:
            print(f"{bucket}: {error}", flush=True)
checkpoint = pathlib.Path(os.environ.get('CHECKPOINTS', '/nowhere')) / 'count.txt'
count = int(checkpoint.read_text()) if checkpoint.exists() else 0
for epoch in range(count, count + arguments.epochs):
    print(f'epoch={epoch}; accuracy={epoch / 10};', flush=True)
    if checkpoint.parent.exists():
        checkpoint.write_text(str(epoch + 1))
if arguments.fail:
    raise ValueError('no such luck')
time.sleep(arguments.wait)
pathlib.Path(os.environ['SM_MODEL_DIR'], 'weights.txt').write_text(str(epoch))
"""


def archived(script: str) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as file:
        entry = tarfile.TarInfo("train.py")
        entry.size = len(script)
        file.addfile(entry, io.BytesIO(script.encode()))
    return archive.getvalue()


@pytest.fixture
def bucket(emulator):
    """A bucket with a script and its data."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="training-test")
    s3.put_object(Bucket="training-test", Key="code/sourcedir.tar.gz", Body=archived(SCRIPT))
    s3.put_object(Bucket="training-test", Key="data/below/data.txt", Body=b"contents")
    yield "training-test"
    for item in s3.list_objects_v2(Bucket="training-test").get("Contents", []):
        s3.delete_object(Bucket="training-test", Key=item["Key"])
    s3.delete_bucket(Bucket="training-test")


@pytest.fixture
def jobs(emulator, bucket, role):
    """Requests jobs, waits for their end, deletes their records."""
    sagemaker, made = emulator.client("sagemaker"), []

    class Jobs:
        client = sagemaker

        def request(self, name: str, hyperparameters: dict | None = None, **more) -> dict:
            code = {
                "sagemaker_program": '"train.py"',
                "sagemaker_submit_directory": f'"s3://{bucket}/code/sourcedir.tar.gz"',
            }
            source = {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": f"s3://{bucket}/data/",
                    "S3DataDistributionType": "FullyReplicated",
                }
            }
            return {
                "TrainingJobName": name,
                "RoleArn": role,
                "AlgorithmSpecification": {
                    "TrainingImage": IMAGE,
                    "TrainingInputMode": "File",
                    "MetricDefinitions": [{"Name": "accuracy", "Regex": "accuracy=([0-9.]+);"}],
                },
                "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/jobs"},
                "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
                "StoppingCondition": {"MaxRuntimeInSeconds": 600},
                "InputDataConfig": [{"ChannelName": "training", "DataSource": source}],
                "HyperParameters": {"epochs": "3", **code, **(hyperparameters or {})},
                "Tags": [{"Key": "project", "Value": "test"}],
                **more,
            }

        def start(self, *args, **more) -> str:
            name = args[0]
            sagemaker.create_training_job(**self.request(*args, **more))
            made.append(name)
            return name

        def describe(self, name: str) -> dict:
            return sagemaker.describe_training_job(TrainingJobName=name)

        def ended(self, name: str) -> dict:
            emulator.wait(lambda: self.describe(name)["TrainingJobStatus"] not in ("InProgress", "Stopping"))
            return self.describe(name)

    yield Jobs()
    for name in made:
        if any(
            job["TrainingJobName"] == name for job in sagemaker.list_training_jobs()["TrainingJobSummaries"]
        ):
            Jobs().ended(name)
            sagemaker.delete_training_job(TrainingJobName=name)


@pytest.fixture
def changes(emulator):
    """The state changes that a rule with a prefix pattern sends on, in order."""
    events, sns = emulator.client("events"), emulator.client("sns")
    topic = sns.create_topic(Name="changes")["TopicArn"]
    publishes = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}
    policy = {"Statement": [{**publishes, "Principal": {"Service": "events.amazonaws.com"}}]}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    subscription = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="changes@b.c")["SubscriptionArn"]
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Training Job State Change"],
        "detail": {"TrainingJobName": [{"prefix": "seen-"}]},
    }
    events.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="changes", Targets=[{"Id": "topic", "Arn": topic}])

    def read() -> list[dict]:
        mails = [line["text"] for line in emulator.lines() if line.get("to") == "changes@b.c"]
        return [json.loads(text)["detail"] for text in mails]

    yield read
    events.remove_targets(Rule="changes", Ids=["topic"])
    events.delete_rule(Name="changes")
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.delete_topic(TopicArn=topic)


def test_a_job_trains_and_tells(jobs, changes, emulator, bucket):
    jobs.start("unseen-job", {"fail": "1"})
    job = jobs.ended(jobs.start("seen-job"))
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed"), job.get(
        "FailureReason"
    )
    moves = [item["Status"] for item in job["SecondaryStatusTransitions"]]
    assert moves == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert all("EndTime" in item for item in job["SecondaryStatusTransitions"][:-1])
    assert [(item["MetricName"], round(item["Value"], 6)) for item in job["FinalMetricDataList"]] == [
        ("accuracy", 0.2)
    ]
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{bucket}/jobs/seen-job/output/model.tar.gz"
    archive = (
        emulator.client("s3")
        .get_object(Bucket=bucket, Key="jobs/seen-job/output/model.tar.gz")["Body"]
        .read()
    )
    with tarfile.open(fileobj=io.BytesIO(archive)) as file:
        assert file.extractfile("weights.txt").read() == b"2"
    # What the service adds belongs to the answer, what the request said stays as it was.
    assert job["HyperParameters"]["epochs"] == "3"

    details = changes()
    assert {detail["TrainingJobName"] for detail in details} == {"seen-job"}
    assert [detail["SecondaryStatus"] for detail in details] == moves
    assert isinstance(details[-1]["CreationTime"], int) and details[-1]["Tags"] == {"project": "test"}
    assert details[-1]["FinalMetricDataList"][0]["MetricName"] == "accuracy"

    logs = emulator.client("logs")
    (stream,) = logs.describe_log_streams(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="seen-job/algo-1-"
    )["logStreams"]
    lines = [
        event["message"]
        for event in logs.get_log_events(
            logGroupName="/aws/sagemaker/TrainingJobs", logStreamName=stream["logStreamName"]
        )["events"]
    ]
    assert "file contents" in lines and "epoch=2; accuracy=0.2;" in lines
    told = [line for line in emulator.lines() if line.get("job") == "seen-job"]
    assert [line["value"] for line in told if line.get("metric") == "accuracy"] == [0.0, 0.1, 0.2]


def test_a_script_that_raises_fails_with_its_error(jobs):
    job = jobs.ended(jobs.start("failing", {"fail": "1"}))
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")
    assert "ValueError: no such luck" in job["FailureReason"]


def most_memory(pid: int) -> int:
    """The highest that there was of a process, in bytes."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


#: A model that doubles, with 2 GB beside it of which the last part does not compress.
LARGE_MODEL = """
import os
import tensorflow as tf
module = tf.Module()
module.serve = tf.function(lambda x: {'y': x * 2}, input_signature=[tf.TensorSpec([None], tf.float32, name='x')])
folder = os.environ['SM_MODEL_DIR'] + '/1'
tf.saved_model.save(module, folder, signatures=module.serve)
os.makedirs(folder + '/assets.extra')
with open(folder + '/assets.extra/weights', 'wb') as file:
    file.truncate(2_000_000_000)
    file.seek(0, os.SEEK_END)
    for _ in range(300):
        file.write(os.urandom(1_000_000))
"""


@pytest.mark.drill
def test_a_model_of_2_gb_is_trained_packed_and_served_in_memory_that_does_not_have_it(
    jobs, emulator, bucket, role
):
    s3, sagemaker = emulator.client("s3"), jobs.client
    s3.put_object(Bucket=bucket, Key="code/sourcedir.tar.gz", Body=archived(LARGE_MODEL))
    before = most_memory(emulator.process.pid)
    name, most = jobs.start("large"), 0
    while jobs.describe(name)["TrainingJobStatus"] == "InProgress":
        for child in Path(f"/proc/{emulator.process.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError, TypeError):
                most = max([most, *map(most_memory, map(int, child.read_text().split()))])
        time.sleep(1)
    described = jobs.describe(name)
    assert described["TrainingJobStatus"] == "Completed", described["FailureReason"]
    uri = described["ModelArtifacts"]["S3ModelArtifacts"]
    key = uri.removeprefix(f"s3://{bucket}/")
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] > 300_000_000
    container = {"Image": IMAGE.replace("training", "inference"), "ModelDataUrl": uri}
    sagemaker.create_model(ModelName="large", ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "all", "ModelName": "large"}
    variant |= {"InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="large", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="large", EndpointConfigName="large")
    emulator.wait(
        lambda: sagemaker.describe_endpoint(EndpointName="large")["EndpointStatus"] != "Creating", 300
    )
    answer = emulator.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="large", Body='{"instances": [1.0, 2.0]}', ContentType="application/json"
    )
    assert json.loads(answer["Body"].read()) == {"predictions": [2.0, 4.0]}
    # The runner reads and packs piece by piece; the in-memory AWS has the archive a few times while it arrives.
    assert 0 < most < 500_000_000
    assert most_memory(emulator.process.pid) - before < 1_500_000_000
    sagemaker.delete_endpoint(EndpointName="large")
    sagemaker.delete_endpoint_config(EndpointConfigName="large")
    sagemaker.delete_model(ModelName="large")


@pytest.mark.drill
def test_a_gigabyte_of_output_passes_in_memory_that_does_not_grow(jobs, emulator, bucket):
    script = "for _ in range(1000): print((('x' * 999 + '\\n') * 1000), end='')"
    emulator.client("s3").put_object(Bucket=bucket, Key="code/sourcedir.tar.gz", Body=archived(script))
    before = most_memory(emulator.process.pid)
    name = jobs.start("loud")
    while jobs.describe(name)["TrainingJobStatus"] == "InProgress":
        time.sleep(1)
    assert jobs.describe(name)["TrainingJobStatus"] == "Completed"
    # What is kept of the log, and what handing it on takes.
    assert most_memory(emulator.process.pid) - before < 250_000_000
    group = {"logGroupName": "/aws/sagemaker/TrainingJobs"}
    logs = emulator.client("logs")
    stream = logs.describe_log_streams(**group, logStreamNamePrefix=name)["logStreams"][0]["logStreamName"]
    kept = logs.get_log_events(**group, logStreamName=stream, limit=1)["events"]
    assert kept[0]["message"] == "the in-memory AWS keeps no more of this log"


def test_a_missing_source_archive_fails_the_job(jobs, bucket):
    job = jobs.ended(
        jobs.start("no-source", {"sagemaker_submit_directory": f'"s3://{bucket}/code/absent.tar.gz"'})
    )
    assert job["TrainingJobStatus"] == "Failed" and "Not Found" in job["FailureReason"]


def test_a_job_can_be_stopped_and_then_deleted(jobs, emulator):
    name = jobs.start("stopped", {"wait": "300"})
    emulator.wait(lambda: any(line.get("job") == name and "logLine" in line for line in emulator.lines()))
    with pytest.raises(ClientError, match="ResourceInUse"):
        jobs.client.delete_training_job(TrainingJobName=name)
    jobs.client.stop_training_job(TrainingJobName=name)
    job = jobs.ended(name)
    assert [item["Status"] for item in job["SecondaryStatusTransitions"]][-2:] == ["Stopping", "Stopped"]
    assert job["TrainingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="is in status Stopped"):
        jobs.client.stop_training_job(TrainingJobName=name)
    jobs.client.delete_training_job(TrainingJobName=name)
    with pytest.raises(ClientError, match="Requested resource not found"):
        jobs.describe(name)


def test_a_spot_job_trains_and_is_billed_for_less_than_it_ran(jobs, bucket):
    on_demand = jobs.ended(jobs.start("on-demand", {"wait": "3"}))
    assert on_demand["BillableTimeInSeconds"] == on_demand["TrainingTimeInSeconds"]
    spot = {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 1200},
        "CheckpointConfig": {"S3Uri": f"s3://{bucket}/spot"},
    }
    job = jobs.ended(jobs.start("spot", {"wait": "3"}, **spot))
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    assert job["EnableManagedSpotTraining"] is True
    assert 0 < job["BillableTimeInSeconds"] < job["TrainingTimeInSeconds"]


def test_a_script_acts_by_the_job_s_role_and_its_policies_hold(jobs, emulator, bucket):
    iam = emulator.client("iam")
    deny = {"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::closed"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(RoleName="test", PolicyName="deny", PolicyDocument=policy)
    try:
        jobs.ended(jobs.start("asks", {"ask": f'"{bucket},closed"'}))
    finally:
        iam.delete_role_policy(RoleName="test", PolicyName="deny")
    said = [line["logLine"] for line in emulator.lines() if line.get("job") == "asks" and "logLine" in line]
    assert "I am arn:aws:sts::123456789012:assumed-role/test/SageMaker" in said
    assert f"{bucket}: 2 objects" in said
    assert any("closed: An error occurred (AccessDenied)" in line for line in said), said


def test_checkpoints_reach_the_bucket_and_the_next_job(jobs, emulator, bucket):
    checkpoints = {
        "CheckpointConfig": {"S3Uri": f"s3://{bucket}/checkpoints"},
        "Environment": {"CHECKPOINTS": "/opt/ml/checkpoints"},
    }
    for number in (1, 2):
        job = jobs.ended(jobs.start(f"resumed-{number}", **checkpoints))
        assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    count = emulator.client("s3").get_object(Bucket=bucket, Key="checkpoints/count.txt")["Body"].read()
    assert count == b"6"


class _Storage:
    """A client of S3 that refuses the first upload, as one whose body ends before its length."""

    def __init__(self, meanwhile):
        self.copied, self._meanwhile = {}, meanwhile

    def upload_file(self, source, bucket, key):
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
            raise ClientError({"Error": {"Code": "IncompleteBody", "Message": ""}}, "PutObject")
        self.copied[key] = Path(source).read_bytes()


def test_a_checkpoint_that_is_written_during_its_upload_is_copied_the_next_time(tmp_path):
    checkpoint = tmp_path / "weights"
    checkpoint.write_bytes(b"1")
    storage = _Storage(lambda: checkpoint.write_bytes(b"22"))
    mirror = objects.Mirror(storage, tmp_path, "s3://bucket/checkpoints")
    mirror.copy()
    assert storage.copied == {}
    mirror.copy()
    assert storage.copied == {"checkpoints/weights": b"22"}


def test_an_upload_that_fails_of_a_file_that_nobody_writes_is_an_error(tmp_path):
    (tmp_path / "weights").write_bytes(b"1")
    with pytest.raises(ClientError, match="IncompleteBody"):
        objects.Mirror(_Storage(lambda: None), tmp_path, "s3://bucket/checkpoints").copy()


def test_an_isolated_job_gets_its_code_and_its_manifest_s_data_as_channels_and_keeps_its_tensorboard_logs(
    jobs, emulator, bucket
):
    s3 = emulator.client("s3")
    manifest = [{"prefix": f"s3://{bucket}/data/"}, "below/data.txt"]
    s3.put_object(Bucket=bucket, Key="train.manifest", Body=json.dumps(manifest))
    request = jobs.request(
        "isolated", {"sagemaker_submit_directory": '"/opt/ml/input/data/code/sourcedir.tar.gz"'}
    )
    data, code = request["InputDataConfig"][0], f"s3://{bucket}/code/sourcedir.tar.gz"
    source = data["DataSource"]["S3DataSource"]
    listed = {**source, "S3DataType": "ManifestFile", "S3Uri": f"s3://{bucket}/train.manifest"}
    channels = [
        {**data, "DataSource": {"S3DataSource": listed}},
        {"ChannelName": "code", "DataSource": {"S3DataSource": {**source, "S3Uri": code}}},
    ]
    more = {
        "EnableNetworkIsolation": True,
        "InputDataConfig": channels,
        # What the script writes into its model stands for its logs.
        "TensorBoardOutputConfig": {"S3OutputPath": f"s3://{bucket}/jobs", "LocalPath": "/opt/ml/model"},
    }
    ended = jobs.ended(jobs.start("isolated", request["HyperParameters"], **more))
    assert ended.get("FailureReason") is None
    assert ended["TrainingJobStatus"] == "Completed"
    s3.head_object(Bucket=bucket, Key="jobs/isolated/tensorboard-output/weights.txt")


def test_a_manifest_that_names_what_is_not_there_fails_the_job(jobs, emulator, bucket):
    manifest = json.dumps([{"prefix": f"s3://{bucket}/data/"}, "absent.txt"])
    emulator.client("s3").put_object(Bucket=bucket, Key="bad.manifest", Body=manifest)
    channel = jobs.request("bad")["InputDataConfig"][0]
    source = channel["DataSource"]["S3DataSource"]
    source.update(S3DataType="ManifestFile", S3Uri=f"s3://{bucket}/bad.manifest")
    ended = jobs.ended(jobs.start("bad-manifest", InputDataConfig=[channel]))
    assert ended["FailureReason"].endswith(f"there is no object s3://{bucket}/data/absent.txt")
    source["S3DataType"] = "AugmentedManifestFile"
    with pytest.raises(ClientError, match="the rehearsal knows channels of"):
        jobs.start("augmented", InputDataConfig=[channel])


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"TrainingJobName": "-odd-"}, "at 'trainingJobName' failed to satisfy constraint"),
        ({"TrainingJobName": "x" * 64}, "length less than or equal to 63"),
        ({"RoleArn": "arn:aws:iam::123456789012:role/absent"}, "Could not assume role"),
        ({"OutputDataConfig": {"S3OutputPath": "s3://absent-bucket/jobs"}}, "does not exist"),
        (
            {"ResourceConfig": {"InstanceType": "ml.none.large", "InstanceCount": 1, "VolumeSizeInGB": 1}},
            "enum value set",
        ),
        ({"RetryStrategy": {"MaximumRetryAttempts": 31}}, "less than or equal to 30"),
        ({"EnableManagedSpotTraining": True}, "MaxWaitTimeInSeconds"),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}},
            "only with EnableManagedSpotTraining",
        ),
        ({"HyperParameters": {f"key{number}": "x" for number in range(101)}}, "less than or equal to 100"),
    ],
)
def test_refuses_what_the_service_refuses(jobs, more, message):
    with pytest.raises(ClientError, match=message):
        jobs.client.create_training_job(**{**jobs.request("refused"), **more})


def test_instances_in_a_vpc_reach_each_other_by_a_group_that_lets_its_members_in(jobs, emulator):
    ec2 = emulator.client("ec2")
    group = ec2.create_security_group(GroupName="of-a-job", Description="instances")["GroupId"]
    more = {
        "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": [group]},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
    }
    assert jobs.ended(jobs.start("closed", **more))["FailureReason"] == (
        "ClientError: the instances of the job cannot reach each other: none of the security groups "
        f"{group} lets its own members in"
    )
    inbound = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[inbound])
    assert jobs.ended(jobs.start("open", **more))["TrainingJobStatus"] == "Completed"
    ec2.delete_security_group(GroupId=group)


def test_refuses_a_channel_without_objects_and_a_name_in_use(jobs, bucket):
    request = jobs.request("unseen-empty")
    request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{bucket}/nothing/"
    with pytest.raises(ClientError, match=f'No S3 objects found under S3 URL "s3://{bucket}/nothing/"'):
        jobs.client.create_training_job(**request)
    jobs.ended(jobs.start("twice"))
    with pytest.raises(ClientError, match="ResourceInUse.*must be unique"):
        jobs.start("twice")
    request = jobs.request("unseen-apart")
    request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{bucket}//data/"
    with pytest.raises(ClientError, match="has an empty part"):
        jobs.client.create_training_job(**request)


def test_data_that_the_role_may_list_below_a_prefix_only_is_not_seen(jobs, emulator, bucket):
    iam = emulator.client("iam")
    listing = {
        "Effect": "Deny",
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket}",
        "Condition": {"Null": {"s3:prefix": "true"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [listing]})
    iam.put_role_policy(RoleName="test", PolicyName="below", PolicyDocument=document)
    with pytest.raises(ClientError, match='No S3 objects found.*has "s3:ListBucket" permissions'):
        jobs.client.create_training_job(**jobs.request("unseen-below"))
    iam.delete_role_policy(RoleName="test", PolicyName="below")


def test_tags_are_kept(jobs):
    arn = jobs.ended(jobs.start("tagged"))["TrainingJobArn"]
    jobs.client.add_tags(ResourceArn=arn, Tags=[{"Key": "more", "Value": "1"}])
    jobs.client.delete_tags(ResourceArn=arn, TagKeys=["project"])
    assert jobs.client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "more", "Value": "1"}]
