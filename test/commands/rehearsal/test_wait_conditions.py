"""Wait conditions: a stack waits for its signals, and for no longer than it says."""

import json
import urllib.error
import urllib.request

import pytest
from test_stacks import handle, parameter, value_of, wait


def signal(url: str, **message) -> None:
    body = json.dumps(
        {"Status": "SUCCESS", "UniqueId": "one", "Data": "", "Reason": "done", **message}
    ).encode()
    urllib.request.urlopen(
        urllib.request.Request(url, body, method="PUT", headers={"Content-Type": ""})
    ).close()


@pytest.fixture
def waiting(stack, emulator):
    """A stack that waits; the address of its handle."""

    def begin(count: int = 1, timeout: float = 60) -> str:
        condition = wait("Handle", timeout)
        condition["Properties"]["Count"] = count
        after = parameter({"Fn::GetAtt": ["Wait", "Data"]})
        stack.begin({"Handle": handle(), "Wait": condition, "After": after})
        emulator.wait(lambda: ("Wait", "CREATE_IN_PROGRESS", "") in stack.events())
        return stack.resource("Handle")["PhysicalResourceId"]

    return begin


def test_blocks_until_the_signals_of_different_senders_came(stack, emulator, waiting):
    url = waiting(count=2)
    signal(url, Data="first")
    signal(url, Data="repeated")
    assert stack.status() == "CREATE_IN_PROGRESS"
    signal(url, UniqueId="two", Data="second")
    assert stack.settled() == "CREATE_COMPLETE"
    data = json.loads(value_of(emulator, stack.resource("After")["PhysicalResourceId"]))
    assert data == {"one": "repeated", "two": "second"}


def test_a_failure_rolls_back_with_its_reason(stack, waiting):
    signal(waiting(), Status="FAILURE", Reason="accuracy 0.4 < 0.75", UniqueId="job-1")
    assert stack.settled() == "ROLLBACK_COMPLETE"
    assert (
        stack.reason("CREATE_FAILED")
        == "WaitCondition received failed message: 'accuracy 0.4 < 0.75' for uniqueId: job-1"
    )


def test_no_signal_in_time_rolls_back(stack, waiting):
    waiting(timeout=1)
    assert stack.settled() == "ROLLBACK_COMPLETE"
    assert stack.reason("CREATE_FAILED") == "WaitCondition timed out. Received 0 conditions when expecting 1"


def test_cannot_be_updated(stack, waiting):
    signal(waiting())
    assert stack.settled() == "CREATE_COMPLETE"
    assert (
        stack.deploy({"Handle": handle(), "Wait": wait("Handle", 61), "After": parameter("x")})
        == "UPDATE_ROLLBACK_COMPLETE"
    )
    assert (
        stack.reason("UPDATE_FAILED")
        == "Update to resource type AWS::CloudFormation::WaitCondition is not supported."
    )


def test_the_address_takes_what_a_presigned_one_takes(stack, waiting):
    url = waiting()
    for method, headers, status in [
        ("PUT", {"Content-Type": "application/json"}, 403),
        ("POST", {"Content-Type": ""}, 405),
    ]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url, b"{}", method=method, headers=headers))
        assert refused.value.code == status
    signal(url)
    assert stack.settled() == "CREATE_COMPLETE"
    stack.delete()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        signal(url)
