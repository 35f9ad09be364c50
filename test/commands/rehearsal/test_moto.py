"""What is replaced in moto: each test fails when a new version needs the replacement no longer, or no longer takes it.

In a process of its own, where nothing is replaced. Only a new pin of moto can make them fail: they are drills.
"""

import subprocess
import sys
import textwrap

import pytest


def plain(source: str) -> subprocess.CompletedProcess:
    """Runs Python against moto as it is."""
    return subprocess.run([sys.executable, "-c", textwrap.dedent(source)], capture_output=True, text=True)


@pytest.mark.drill
@pytest.mark.parametrize(
    ("what", "source"),
    [
        (
            "a bucket policy's conditions are not read: rehearsal's FakeBucket.get_permission",
            """
            from moto.s3.models import FakeBucket
            bucket = FakeBucket("b", "123456789012", "us-east-1")
            bucket.policy = b'{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}'
            print(bucket.get_permission("s3:PutObject", "arn:aws:s3:::b/key").name)
            """,
        ),
        (
            "rules reach no Lambda function: rehearsal's Rule.send_to_targets",
            """
            from moto.events.models import Rule
            rule = Rule("r", "123456789012", "us-east-1", None, '{"source":["s"]}', None, None, "default", None)
            rule.put_targets([{"Id": "1", "Arn": "arn:aws:lambda:us-east-1:123456789012:function:f"}])
            try:
                event = {"source": "s", "id": "1", "detail-type": "t", "region": "r", "resources": [], "detail": {}}
                rule.send_to_targets({**event, "time": 0, "ingestion-time": 0})
            except NotImplementedError:
                print("DENIED")
            """,
        ),
        (
            "rules are unknown to the tagging API: rehearsal's EventsBackend.iter_tagged_resources",
            """
            from moto.events.models import EventsBackend
            import inspect
            assert "event-bus" in inspect.getsource(EventsBackend.iter_tagged_resources)
            assert "events:rule" not in inspect.getsource(EventsBackend.iter_tagged_resources)
            print("DENIED")
            """,
        ),
        (
            "rules reach no topic: rehearsal's Rule.send_to_targets",
            """
            from moto.events.models import Rule
            rule = Rule("r", "123456789012", "us-east-1", None, '{"source":["s"]}', None, None, "default", None)
            rule.put_targets([{"Id": "1", "Arn": "arn:aws:sns:us-east-1:123456789012:t"}])
            try:
                event = {"source": "s", "id": "1", "detail-type": "t", "region": "r", "resources": [], "detail": {}}
                rule.send_to_targets({**event, "time": 0, "ingestion-time": 0})
            except NotImplementedError:
                print("DENIED")
            """,
        ),
        (
            "mails are dropped: rehearsal's Subscription.publish",
            """
            import inspect
            from moto.sns.models import Subscription
            assert "email" not in inspect.getsource(Subscription.publish)
            assert list(inspect.signature(Subscription.publish).parameters)[:5] == [
                "self", "message", "message_id", "subject", "message_attributes"
            ]
            print("DENIED")
            """,
        ),
        (
            "network interfaces have no filter group-name: rehearsal's NetworkInterface.get_filter_value",
            """
            from moto.ec2.models.elastic_network_interfaces import NetworkInterface
            import inspect
            assert "group-id" in inspect.getsource(NetworkInterface.get_filter_value)
            assert "group-name" not in inspect.getsource(NetworkInterface.get_filter_value)
            print("DENIED")
            """,
        ),
        (
            "alarms act on nothing: rehearsal's CloudWatchBackend.set_alarm_state",
            """
            import inspect
            from moto.cloudwatch.models import Alarm, CloudWatchBackend
            assert "action" not in inspect.getsource(CloudWatchBackend.set_alarm_state) + inspect.getsource(Alarm.update_state)
            assert list(inspect.signature(CloudWatchBackend.set_alarm_state).parameters) == [
                "self", "alarm_name", "reason", "reason_data", "state_value"
            ]
            print("DENIED")
            """,
        ),
        (
            "functions need Docker and ignore LoggingConfig: rehearsal's LambdaFunction methods",
            """
            import inspect
            from moto.awslambda.models import LambdaFunction
            assert "docker" in inspect.getsource(LambdaFunction._invoke_lambda)
            assert "LoggingConfig" not in inspect.getsource(LambdaFunction.__init__) + inspect.getsource(LambdaFunction.update_configuration)
            assert list(inspect.signature(LambdaFunction.__init__).parameters)[1:4] == ["account_id", "spec", "region"]
            assert list(inspect.signature(LambdaFunction.invoke).parameters)[1:] == ["body", "request_headers", "response_headers"]
            print("DENIED")
            """,
        ),
        (
            "training jobs are Completed at once and cannot be deleted: rehearsal's SageMakerApi",
            """
            from moto.sagemaker.models import FakeTrainingJob
            from moto.sagemaker.responses import SageMakerResponse
            import inspect
            assert 'self.training_job_status = "Completed"' in inspect.getsource(FakeTrainingJob.__init__)
            assert not hasattr(SageMakerResponse, "delete_training_job") and not hasattr(SageMakerResponse, "update_endpoint")
            print("DENIED")
            """,
        ),
        (
            "CloudFormation skips types silently and knows no wait condition: rehearsal's CloudFormationApi",
            """
            import warnings
            from moto.cloudformation import parsing
            warnings.simplefilter("ignore")
            assert parsing.resource_class_from_type("AWS::CloudFormation::WaitCondition") is None
            assert parsing.resource_class_from_type("AWS::Nothing::AtAll") is None
            print("DENIED")
            """,
        ),
        (
            "the places where the rehearsal's own APIs are put",
            """
            import moto.cloudformation.urls, moto.sagemaker.urls, moto.sagemakerruntime.urls
            assert "{0}/$" in moto.cloudformation.urls.url_paths
            assert "{0}/$" in moto.sagemaker.urls.url_paths
            assert "{0}/endpoints/(?P<name>[^/]+)/invocations$" in moto.sagemakerruntime.urls.url_paths
            print("DENIED")
            """,
        ),
    ],
)
def test_moto_still_needs_it(what, source):
    ended = plain(source)
    assert ended.stdout.strip() == "DENIED", f"{what}: {ended.stdout}{ended.stderr}"


def test_a_bucket_policy_about_tls_refuses_nobody_on_loopback(emulator):
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="policy-test")
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}'
    s3.put_bucket_policy(Bucket="policy-test", Policy=policy)
    s3.put_object(Bucket="policy-test", Key="key", Body=b"x")
    assert "SecureTransport" in s3.get_bucket_policy(Bucket="policy-test")["Policy"]
    s3.delete_object(Bucket="policy-test", Key="key")
    s3.delete_bucket(Bucket="policy-test")
