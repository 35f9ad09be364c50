"""What a drill lets go wrong: by whom, where and how long, and nothing else."""

import json
import time
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError
from test_stacks import parameter


def name(emulator, *faults: dict) -> None:
    request = urllib.request.Request(
        f"{emulator.url}/_rehearsal/faults",
        json.dumps(faults).encode(),
        {"Authorization": f"Bearer {emulator.key_id}"},
        method="PUT",
    )
    urllib.request.urlopen(request).close()


@pytest.fixture(autouse=True)
def _none_after(emulator):
    yield
    name(emulator)


@pytest.mark.parametrize(
    ("service", "method", "code", "status"),
    [
        ("s3", "list_buckets", "SlowDown", 503),
        ("sagemaker", "list_models", "ThrottlingException", 400),
        ("cloudformation", "describe_stacks", "Throttling", 400),
        ("ec2", "describe_vpcs", "RequestLimitExceeded", 400),
    ],
)
def test_a_throttled_call_is_told_as_its_service_tells_it(emulator, service, method, code, status):
    client = emulator.client(service)
    name(emulator, {"at": "call", "matches": f" {service}:", "outcome": "throttled"})
    with pytest.raises(ClientError) as error:
        getattr(client, method)()
    response = error.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    emulator.client("sns").list_topics()
    name(emulator)
    getattr(client, method)()


def test_each_call_is_denied_for_its_own_first_moments(emulator):
    sagemaker = emulator.client("sagemaker")
    name(emulator, {"at": "call", "matches": "sagemaker:List", "outcome": "denied", "seconds": 0.5})
    for method in (sagemaker.list_models, sagemaker.list_endpoints):
        with pytest.raises(ClientError, match="AccessDenied"):
            method()
        time.sleep(0.6)
        method()


def test_a_resource_that_fails_was_made_and_goes_with_the_rollback(emulator, stack):
    name(emulator, {"at": "resource", "matches": f"^{stack.name}/Two ", "outcome": "failed"})
    assert stack.deploy({"One": parameter("1"), "Two": parameter("2")}) == "ROLLBACK_COMPLETE"
    assert stack.failures() == [
        ("Two", "CREATE_FAILED", "Resource of type 'AWS::SSM::Parameter' did not stabilize.")
    ]
    assert ("Two", "DELETE_COMPLETE", "") in stack.events()
    assert emulator.client("ssm").describe_parameters()["Parameters"] == []


def test_what_cannot_go_wrong_is_refused(emulator):
    with pytest.raises(urllib.error.HTTPError) as error:
        name(emulator, {"at": "call", "matches": ".", "outcome": "lost"})
    assert "'lost' is nothing that happens at 'call'" in error.value.read().decode()
