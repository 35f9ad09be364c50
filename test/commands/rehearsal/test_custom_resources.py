"""Custom resources: CloudFormation's side, with functions that really run."""

import json

import pytest
from test_stacks import BROKEN, parameter, value_of

#: Answers as its properties say: Answer is merged over the usual one, Silent answers nothing, Throw throws.
SOURCE = """
const http = require('https');
exports.handler = async (event) => {
  console.log('EVENT ' + JSON.stringify(event));
  const p = event.ResourceProperties;
  if (p.Throw) throw new Error(p.Throw);
  if (p.Silent && event.RequestType !== 'Delete') return;
  const failing = p.FailOn === event.RequestType;
  const answer = { Status: failing ? 'FAILED' : 'SUCCESS', Reason: 'because', StackId: event.StackId, RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId, PhysicalResourceId: 'thing-' + p.Name, Data: { Name: p.Name, Long: 'x'.repeat(event.RequestType === 'Create' ? Number(p.Length || 1) : 1) } };
  const url = new URL(event.ResponseURL), body = JSON.stringify(answer);
  await new Promise((resolve, reject) => {
    const request = http.request({ hostname: url.hostname, path: url.pathname, method: 'PUT',
      headers: { 'content-type': '', 'content-length': body.length } }, (response) => { response.resume(); resolve(); });
    request.on('error', reject); request.end(body);
  });
};
"""


def resources(**properties) -> dict:
    trust = {
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ]
    }
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": trust,
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
            },
        },
        "Logs": {"Type": "AWS::Logs::LogGroup"},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"ZipFile": SOURCE},
                "Handler": "index.handler",
                "Runtime": "nodejs22.x",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "LoggingConfig": {"LogGroup": {"Ref": "Logs"}},
            },
        },
        "Thing": {
            "Type": "Custom::Thing",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Name": "one", **properties},
        },
    }


@pytest.fixture
def received(stack, emulator):
    """The events that the function got, read from its log group."""

    def read() -> list[dict]:
        group = stack.resource("Logs").get("PhysicalResourceId")
        if group is None:
            return []
        found = emulator.client("logs").filter_log_events(logGroupName=group)["events"]
        lines = [event["message"] for event in sorted(found, key=lambda event: event["timestamp"])]
        return [json.loads(line.removeprefix("EVENT ")) for line in lines if line.startswith("EVENT ")]

    def at_least(count: int) -> list[dict]:
        emulator.wait(lambda: len(read()) >= count)
        return read()

    return at_least


def test_every_leaf_arrives_as_a_string_and_data_comes_back(stack, emulator, received):
    template = resources(Number=20, Truth=True, Nested={"List": [1, {"Half": 0.5}]})
    template["Copy"] = parameter({"Fn::Join": ["/", [{"Ref": "Thing"}, {"Fn::GetAtt": ["Thing", "Name"]}]]})
    assert stack.deploy(template) == "CREATE_COMPLETE", stack.failures()
    (event,) = received(1)
    properties = event["ResourceProperties"]
    assert (properties["Number"], properties["Truth"], properties["Nested"]) == (
        "20",
        "true",
        {"List": ["1", {"Half": "0.5"}]},
    )
    assert event["RequestType"] == "Create" and "PhysicalResourceId" not in event
    assert value_of(emulator, stack.resource("Copy")["PhysicalResourceId"]) == "thing-one/one"


def test_a_changed_id_deletes_the_old_one_after_the_update(stack, received):
    stack.deploy(resources())
    assert stack.deploy(resources(Name="two")) == "UPDATE_COMPLETE"
    created, updated, deleted = received(3)
    assert (
        updated["RequestType"],
        updated["PhysicalResourceId"],
        updated["OldResourceProperties"]["Name"],
    ) == ("Update", "thing-one", "one")
    assert (deleted["RequestType"], deleted["PhysicalResourceId"], deleted["ResourceProperties"]["Name"]) == (
        "Delete",
        "thing-one",
        "one",
    )
    assert len({created["RequestId"], updated["RequestId"], deleted["RequestId"]}) == 3
    assert stack.resource("Thing")["PhysicalResourceId"] == "thing-two"


def test_a_failed_update_is_undone_by_another_update(stack, received):
    stack.deploy(resources(Extra="a"))
    assert stack.deploy(resources(Extra="b", FailOn="Update")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Message returned: because" in stack.reason("UPDATE_FAILED")
    _, failed, undone = received(3)
    assert (failed["ResourceProperties"]["Extra"], undone["ResourceProperties"]["Extra"]) == ("b", "a")
    assert (undone["RequestType"], undone["OldResourceProperties"]["Extra"]) == ("Update", "b")


def test_a_replacement_that_another_failure_undoes_is_deleted(stack, received):
    stack.deploy(resources())
    assert (
        stack.deploy({**resources(Name="two"), "Broken": {**BROKEN, "DependsOn": "Thing"}})
        == "UPDATE_ROLLBACK_COMPLETE"
    )
    _, updated, deleted = received(3)
    assert (updated["RequestType"], deleted["RequestType"], deleted["PhysicalResourceId"]) == (
        "Update",
        "Delete",
        "thing-two",
    )
    assert stack.resource("Thing")["PhysicalResourceId"] == "thing-one"


def test_a_failed_creation_is_deleted_by_the_id_of_its_answer(stack, emulator):
    assert stack.deploy(resources(FailOn="Create")) == "ROLLBACK_COMPLETE"
    assert stack.reason("CREATE_FAILED").startswith(
        "Received response status [FAILED] from custom resource. Message returned: because"
    )
    events = stack.cloudformation.describe_stack_events(StackName=stack.name)["StackEvents"]
    deleted = [
        e["PhysicalResourceId"]
        for e in events
        if (e["LogicalResourceId"], e["ResourceStatus"]) == ("Thing", "DELETE_COMPLETE")
    ]
    assert deleted == ["thing-one"]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (
            {"Silent": True, "ServiceTimeout": 1},
            "CloudFormation did not receive a response from your custom resource",
        ),
        ({"Length": 5000}, "Response object is too long."),
    ],
)
def test_an_answer_that_does_not_come_or_is_none_fails(stack, properties, reason):
    assert stack.deploy(resources(**properties)) == "ROLLBACK_COMPLETE", stack.failures()
    assert reason in stack.reason("CREATE_FAILED")


def test_a_function_that_throws_is_tried_three_times_and_then_given_up(stack, emulator, received):
    """AWS would wait for the whole timeout; nobody is left who could answer."""
    stack.begin(resources(Throw="no luck"))
    # Its deletion throws too.
    assert stack.settled() == "ROLLBACK_FAILED"
    tries = [event["RequestId"] for event in received(6) if event["RequestType"] == "Create"]
    assert (len(tries), len(set(tries))) == (3, 1)
    assert "did not receive a response" in stack.reason("CREATE_FAILED")
    # Nothing can delete the thing but a function that works.
    names = [
        item["PhysicalResourceId"]
        for item in stack.cloudformation.describe_stack_resources(StackName=stack.name)["StackResources"]
        if item["LogicalResourceId"] == "Function"
    ]
    working = SOURCE.replace("if (p.Throw) throw new Error(p.Throw);", "")
    _replace_code(emulator, names[0], working)
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()


def _replace_code(emulator, name: str, source: str) -> None:
    import io
    import zipfile

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.js", source)
    emulator.client("lambda").update_function_code(FunctionName=name, ZipFile=archive.getvalue())


def test_what_a_failed_rollback_deleted_is_not_deleted_again(stack, emulator):
    """Its function is gone: a second deletion could only fail."""
    template = resources()
    other = {**resources()["Thing"]["Properties"], "ServiceToken": {"Fn::GetAtt": ["Other", "Arn"]}}
    template["Other"] = template["Function"]
    # Made before the failure, and deleted in the rollback with the function of its own.
    template["Good"] = {"Type": "Custom::Good", "Properties": other}
    template["Thing"]["Properties"]["Throw"] = "no luck"
    template["Thing"]["DependsOn"] = "Good"
    stack.begin(template)
    assert stack.settled() == "ROLLBACK_FAILED"
    before = len(stack.events())
    assert stack.delete() == "DELETE_FAILED"
    again = [name for name, _, _ in stack.events()[before:]]
    assert "Thing" in again and "Good" not in again
    working = SOURCE.replace("if (p.Throw) throw new Error(p.Throw);", "")
    _replace_code(emulator, stack.resource("Function")["PhysicalResourceId"], working)
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()
