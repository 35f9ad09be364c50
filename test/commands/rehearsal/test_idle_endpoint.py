"""An endpoint that stops itself: the real stacks, deployed by the CDK CLI, where alarms' minutes take two seconds."""

import json
import os
import subprocess
import threading
import time
import urllib.request

import pytest
from botocore.exceptions import ClientError
from emulated import PROJECT, Emulator, Stack
from saved_models import save_multiplier

#: Of a stack with a change that ends when the test says so.
HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
WAIT = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "43200"},
}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    state = tmp_path_factory.mktemp("idle") / "state"
    running = Emulator(state, "--alarm-seconds-per-minute", "2")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def assembly(tmp_path_factory):
    """The cloud assembly of a project with a model that doubles."""
    model, output = tmp_path_factory.mktemp("model"), tmp_path_factory.mktemp("assembly")
    save_multiplier(model, 2.0)
    subprocess.run(
        ["node", "-r", "ts-node/register", "test/commands/rehearsal/idle-app.ts", str(model)],
        cwd=PROJECT,
        env={**os.environ, "CDK_OUTDIR": str(output)},
        check=True,
        capture_output=True,
    )
    return output


class Traffic:
    """Asks the endpoint again and again, from before it exists until told to stop."""

    def __init__(self, emulator: Emulator):
        self._runtime = emulator.client("sagemaker-runtime")
        self._stopped = threading.Event()
        self.answers: list[list[float]] = []
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        while not self._stopped.wait(0.3):
            try:
                answer = self._runtime.invoke_endpoint(
                    EndpointName="tiny", Body='{"instances": [1.0, 2.0]}', ContentType="application/json"
                )
            except ClientError:
                continue
            self.answers.append(json.loads(answer["Body"].read())["predictions"])

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()


def cdk(emulator: Emulator, assembly, *arguments: str) -> None:
    command = ["node_modules/.bin/cdk", *arguments, "--app", str(assembly), "--no-notices"]
    ended = subprocess.run(
        command, cwd=PROJECT, env=emulator.environment(), capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]


def alarm_reasons(emulator: Emulator, state: str) -> list[str]:
    return [
        line["reason"]
        for line in emulator.lines()
        if line.get("type") == "alarm" and line["alarm"] == "tiny-idle" and line["state"] == state
    ]


def mails(emulator: Emulator) -> list[dict]:
    return [line for line in emulator.lines() if line.get("type") == "mail"]


def left(emulator: Emulator) -> list[dict]:
    """What exists, whatever is in its logs."""
    return [{key: value for key, value in item.items() if key != "streams"} for item in emulator.left()]


@pytest.mark.drill
def test_stays_while_it_is_used_or_deployed_ends_when_idle_and_comes_back(emulator, assembly):
    cdk(emulator, assembly, "bootstrap", "aws://123456789012/us-east-1")
    cdk(emulator, assembly, "deploy", "tiny-workspace", "--require-approval", "never")
    before = left(emulator)
    traffic = Traffic(emulator)
    cdk(emulator, assembly, "deploy", "tiny-endpoint", "--require-approval", "never")
    stack = Stack(emulator, "tiny-endpoint")
    assert stack.outputs()["IdleTimeout"] == "5 minutes"
    assert "cfn-exec-role" in stack.described()["RoleARN"]

    # Used, it lives on for two timeouts of ten seconds.
    emulator.wait(lambda: traffic.answers)
    assert traffic.answers[0] == [2.0, 4.0]
    asked = len(traffic.answers)
    begun = time.monotonic()
    emulator.wait(lambda: time.monotonic() - begun > 25 and len(traffic.answers) > asked)
    assert stack.status() == "CREATE_COMPLETE"

    # A deploy under way is left alone, however long nobody asks anything.
    template = stack.cloudformation.get_template(StackName=stack.name)["TemplateBody"]
    template = template if isinstance(template, dict) else json.loads(template)
    given = [
        {"ParameterKey": item["ParameterKey"], "UsePreviousValue": True}
        for item in stack.described()["Parameters"]
    ]
    stack.cloudformation.update_stack(
        StackName=stack.name,
        TemplateBody=json.dumps(
            {**template, "Resources": {**template["Resources"], "Handle": HANDLE, "Wait": WAIT}}
        ),
        Parameters=given,
    )
    traffic.stop()
    emulator.wait(lambda: "Not deleted: the stack is in UPDATE_IN_PROGRESS" in alarm_reasons(emulator, "OK"))
    assert stack.status() == "UPDATE_IN_PROGRESS"
    assert mails(emulator) == []
    url = emulator.wait(lambda: stack.resource("Handle").get("PhysicalResourceId"))
    body = json.dumps({"Status": "SUCCESS", "UniqueId": "1", "Data": "", "Reason": ""}).encode()
    signal = urllib.request.Request(url, body, {"Content-Type": ""}, method="PUT")
    identifier = stack.described()["StackId"]
    urllib.request.urlopen(signal).read()

    # Then it is idle, and ends with all that belongs to it.
    def status() -> str:
        found = stack.cloudformation.describe_stacks(StackName=identifier)["Stacks"][0]
        return found["StackStatus"]

    emulator.wait(lambda: status() == "DELETE_COMPLETE")
    emulator.wait(lambda: len(mails(emulator)) >= 2)
    first, second = mails(emulator)
    assert first["to"] == second["to"] == "team@example.com"
    assert first["subject"] == "Endpoint tiny is idle and being deleted"
    assert "no invocation for 5 minutes" in first["text"]
    said = json.loads(second["text"])["The endpoint tiny"]
    assert said == "is gone with its stack tiny-endpoint, and costs nothing any more."
    assert "npx cdk deploy tiny-endpoint" in second["text"]
    # What it logged is the workspace's, and stays.
    emulator.wait(lambda: left(emulator) == before)

    # The next deploy brings it back; nothing is trained for it.
    traffic = Traffic(emulator)
    cdk(emulator, assembly, "deploy", "tiny-endpoint", "--require-approval", "never")
    emulator.wait(lambda: traffic.answers)
    assert traffic.answers[0] == [2.0, 4.0]
    assert emulator.client("sagemaker").list_training_jobs()["TrainingJobSummaries"] == []
    traffic.stop()
    cdk(emulator, assembly, "destroy", "--all", "--force")
    emulator.wait(lambda: emulator.left() == [])
