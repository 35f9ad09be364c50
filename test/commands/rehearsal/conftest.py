import json
import sys

import pytest
from emulated import PROJECT, Emulator, Stack

sys.path.insert(0, str(PROJECT / "lib/commands/rehearsal"))


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    running = Emulator(tmp_path_factory.mktemp("emulator") / "state")
    yield running
    running.stop()


@pytest.fixture
def stack(emulator, request):
    name = request.node.name.replace("_", "-").replace("[", "-").replace("]", "")[:60]
    made = Stack(emulator, name)
    yield made
    if any(item["StackName"] == name for item in made.cloudformation.describe_stacks()["Stacks"]):
        made.delete()


@pytest.fixture
def role(emulator):
    """The ARN of a role that SageMaker may assume, and that may do anything."""
    iam = emulator.client("iam")
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": ["sagemaker.amazonaws.com"]},
            }
        ]
    }
    arn = iam.create_role(RoleName="test", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    anything = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_role_policy(RoleName="test", PolicyArn=anything)
    yield arn
    iam.detach_role_policy(RoleName="test", PolicyArn=anything)
    iam.delete_role(RoleName="test")
