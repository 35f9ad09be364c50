import io
import json
import shutil
import socket
import zipfile
from urllib.parse import urlencode

import boto3
import pytest
from botocore.config import Config
from cross_origin import ask_from_another_origin
from emulated import Emulator, Stack


def test_the_emulator_answers_on_loopback_alone_lists_what_is_left_and_ends_with_its_parent(
    tmp_path, monkeypatch
):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "npm_config_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        emulator = Emulator(tmp_path / "state")
        # As in another terminal, to which the variables are given.
        for name, value in emulator.announced["variables"].items():
            monkeypatch.setenv(name, value)
        once = Config(read_timeout=10, retries={"total_max_attempts": 1})
        assert boto3.Session().client("s3", "us-east-1", config=once).list_buckets()["Buckets"] == []
        monkeypatch.undo()
        assert emulator.left() == []
        stack = Stack(emulator, "s")
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "some-bucket"}}
        assert stack.deploy({"Bucket": bucket}) == "CREATE_COMPLETE"
        assert "some-bucket" in json.dumps(emulator.left())
        sns = emulator.client("sns")
        topic = sns.create_topic(Name="some-topic")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=emulator.url)
        # It is the in-memory AWS that asks this server.
        sns.publish(TopicArn=topic, Message="some message")
        sns.delete_topic(TopicArn=topic)
        assert stack.delete() == "DELETE_COMPLETE"
        assert emulator.left() == []

        emulator.process.stdin.close()
        assert emulator.process.wait(timeout=30) == 0
        with pytest.raises(BlockingIOError):
            proxy.accept()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", emulator.port)) != 0
    assert not (tmp_path / "state").exists()


def test_a_part_that_died_ends_all_and_is_told(tmp_path):
    emulator = Emulator(tmp_path / "state")
    lambdas = emulator.client("lambda")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = emulator.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=document)["Role"][
        "Arn"
    ]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", "def handler(event, context): pass")
    code = archive.getvalue()
    lambdas.create_function(
        FunctionName="f", Runtime="python3.12", Handler="index.handler", Role=role, Code={"ZipFile": code}
    )
    # Where its code would be unpacked, nothing can be written any more.
    shutil.rmtree(tmp_path / "state")
    (tmp_path / "state").touch()
    lambdas.invoke(FunctionName="f", InvocationType="Event")
    assert emulator.process.wait(timeout=30) == 0
    fault = emulator.lines()[-1]
    assert (fault["type"], fault["error"]) == ("fault", "ENOTDIR")


@pytest.mark.drill
def test_a_page_of_another_origin_creates_no_stack_and_runs_no_function_in_a_real_browser(tmp_path):
    ran = tmp_path / "ran"
    source = f"require('fs').writeFileSync({json.dumps(str(ran))}, ''); exports.handler = async () => ({{}});"
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ],
            }
        },
    }
    code = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": source},
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Runtime": "nodejs22.x",
        },
    }
    custom = {"Type": "Custom::Run", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}}
    template = json.dumps({"Resources": {"Role": role, "Function": code, "Custom": custom}})
    emulator = Emulator(tmp_path / "state")
    try:
        form = urlencode(
            {
                "Action": "CreateStack",
                "Version": "2010-05-15",
                "StackName": "page",
                "TemplateBody": template,
                "Capabilities.member.1": "CAPABILITY_IAM",
            }
        )
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        scope = f"{emulator.key_id}/20260101/us-east-1/cloudformation/aws4_request"
        signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        # A form needs no preflight; the key of the run is what a page cannot know, and does not help it.
        plain = {"method": "POST", "body": form, "headers": kind}
        keyed = {**plain, "headers": {**kind, "Authorization": signed}}
        by_name = emulator.url.replace("127.0.0.1", "localhost")
        by_number = emulator.url.replace("localhost", "127.0.0.1")
        outcomes = ask_from_another_origin(
            [
                ("form", by_number, plain),
                ("form by name", by_name, plain),
                ("form without an answer", by_name, {**plain, "mode": "no-cors"}),
                ("with the key", by_name, keyed),
                ("inventory", f"{by_name}/_rehearsal/inventory", {}),
            ]
        )
        stacks = emulator.client("cloudformation").describe_stacks()["Stacks"]
        ran_for_the_page = ran.exists()
        # The same call by the run's own client runs it: the drill would have seen it.
        emulator.client("cloudformation").create_stack(
            StackName="ours", TemplateBody=template, Capabilities=["CAPABILITY_IAM"]
        )
        emulator.wait(ran.exists)
    finally:
        emulator.stop()
    failed = "TypeError: Failed to fetch"
    assert outcomes == {
        "form": failed,
        "form by name": failed,
        "form without an answer": "opaque",
        "with the key": failed,
        "inventory": failed,
    }
    assert stacks == []
    assert not ran_for_the_page
