"""What no role of the example may do, decided by the policies of a recorded life: `python probes.py decisions.json`.

Each probe is a call that a role may make, and the same call on what is not its own: were the first denied, the second would prove
nothing. Resource policies are left out: the bucket's allows nothing to these roles, and no other resource has one for them.
Prints as JSON what is denied though it is the role's own, and what is allowed though it is not.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "lib/commands/rehearsal"))

from aws.authorization.policies import Request, Statement, decide

ACCOUNT = "us-east-1:123456789012"
JOB, RUN, MODEL, GUARD, NOTEBOOK, UPLOAD = (
    "TrainingJobJobRole",
    "TrainingJobRunRole",
    "EndpointModelRole",
    "EndpointIdleGuardFunctionRole",
    "NotebookRole",
    "DatasetsRole",
)
HASHES = "0123456789-01234567"


def log(group: str, stream: str = "") -> str:
    return f"arn:aws:logs:{ACCOUNT}:log-group:{group}:log-stream:{stream}"


def sagemaker(name: str) -> str:
    return f"arn:aws:sagemaker:{ACCOUNT}:{name}"


def probes(
    own: str,
    roles: dict[str, str],
    groups: dict[str, str],
    used: Callable[[str, str], str],
    stated: Callable[[str, str], str],
):
    """Role, action, what is the role's own, what is not, and the request's conditions."""
    bucket, other = f"arn:aws:s3:::{own}", "arn:aws:s3:::another-bucket"
    jobs, trained = f"jobs/unet-{HASHES}", "unet-0123456789-01234567"
    yield (
        JOB,
        "s3:GetObject",
        used(JOB, "s3:GetObject"),
        [f"{other}/data/training/a", f"{bucket}/jobs/x"],
        {},
    )
    yield (
        JOB,
        "s3:PutObject",
        f"{bucket}/{jobs}/output/model.tar.gz",
        [f"{bucket}/data/a", f"{other}/jobs/a"],
        {},
    )
    yield JOB, "s3:ListBucket", bucket, [other], {}
    trainings = "/aws/sagemaker/TrainingJobs"
    yield JOB, "logs:PutLogEvents", log(trainings, f"{trained}/algo-1"), [log(groups[RUN], "s"), log("/aws/sagemaker/Endpoints/unet", "s")], {}  # fmt: skip
    namespace = "cloudwatch:namespace"
    yield JOB, "cloudwatch:PutMetricData", "*", [], {namespace: ["/aws/sagemaker/TrainingJobs"]}
    for action in ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "DeleteTrainingJob"):
        named = [
            f"training-job/{name}" for name in ("other-0123456789-01234567", f"unet-large-{HASHES}", "unet")
        ]
        yield (
            RUN,
            f"sagemaker:{action}",
            sagemaker(f"training-job/{trained}"),
            [sagemaker(name) for name in named],
            {},
        )
    passed = {"iam:passedtoservice": ["sagemaker.amazonaws.com"]}
    yield RUN, "iam:PassRole", roles[JOB], [roles[MODEL], roles[NOTEBOOK], roles[RUN]], passed
    for action in ("logs:GetLogEvents", "logs:DeleteLogStream"):
        others = [log(trainings, "other-0123456789-01234567/algo-1"), log(groups[GUARD], "s"), log(trainings, f"unet-large-{HASHES}/algo-1")]  # fmt: skip
        yield RUN, action, log(trainings, f"{trained}/algo-1"), others, {}
    yield RUN, "logs:PutLogEvents", log(groups[RUN], "s"), [log(groups[GUARD], "s"), log(trainings, "s")], {}
    yield (
        RUN,
        "s3:PutObject",
        f"{bucket}/{jobs}/log.txt",
        [f"{bucket}/{jobs}/output/model.tar.gz", f"{bucket}/data/a"],
        {},
    )
    yield MODEL, "s3:GetObject", used(MODEL, "s3:GetObject"), [f"{bucket}/data/training/a", f"{bucket}/{jobs}/output/model.tar.gz", f"{other}/{jobs}/output/model.tar.gz"], {}  # fmt: skip
    endpoints = "/aws/sagemaker/Endpoints"
    yield MODEL, "logs:PutLogEvents", log(f"{endpoints}/unet", "s"), [log(f"{endpoints}/unet-large", "s"), log(trainings, "s")], {}  # fmt: skip
    stack = f"arn:aws:cloudformation:{ACCOUNT}:stack"
    yield GUARD, "sagemaker:DescribeEndpoint", sagemaker("endpoint/unet"), [sagemaker("endpoint/other")], {}
    alarm = f"arn:aws:cloudwatch:{ACCOUNT}:alarm"
    yield GUARD, "cloudwatch:SetAlarmState", f"{alarm}:unet-idle", [f"{alarm}:other-idle"], {}
    yield (
        GUARD,
        "cloudformation:DeleteStack",
        stated(GUARD, "cloudformation:DeleteStack"),
        [f"{stack}/unet-training/id", f"{stack}/other-endpoint/id"],
        {},
    )
    for action in ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync"):
        yield NOTEBOOK, action, sagemaker("endpoint/unet"), [sagemaker("endpoint/unet-large")], {}
    yield NOTEBOOK, "sagemaker:StopNotebookInstance", sagemaker("notebook-instance/unet"), [sagemaker("notebook-instance/other")], {}  # fmt: skip
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        yield NOTEBOOK, action, f"{bucket}/any", [f"{other}/any"], {}
    yield (
        UPLOAD,
        "s3:PutObject",
        f"{bucket}/data/training/a",
        [f"{bucket}/jobs/a", f"{other}/data/training/a"],
        {},
    )


#: Actions that no role of the project has, whatever they are about.
NOBODYS = (
    "iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "sts:AssumeRole", "s3:DeleteBucket", "s3:PutBucketPolicy",
    "sagemaker:CreateEndpoint", "sagemaker:DeleteEndpoint", "sagemaker:CreateNotebookInstance", "lambda:InvokeFunction",
    "cloudformation:CreateStack", "cloudformation:UpdateStack", "logs:DeleteLogGroup", "kms:Decrypt", "secretsmanager:GetSecretValue",
)  # fmt: skip
#: Actions that some role has, with what is denied to every one: another value of their conditions.
UNCONDITIONED = {
    "iam:PassRole": {"iam:passedtoservice": ["lambda.amazonaws.com"]},
    "cloudwatch:PutMetricData": {"cloudwatch:namespace": ["another"]},
}


def main() -> None:
    recorded = json.loads(Path(sys.argv[1]).read_text())
    policies: dict[str, list[Statement]] = {}
    for item in recorded["statements"]:
        policies.setdefault(item["role"], []).append(Statement(item["name"], 0, item["statement"]))
    names = {
        kind: next(role for role in policies if re.search(rf"-{kind}[0-9A-F]{{8}}", role))
        for kind in (JOB, RUN, MODEL, GUARD, NOTEBOOK, UPLOAD)
    }
    roles = {kind: f"arn:aws:iam::123456789012:role/{name}" for kind, name in names.items()}
    used = [
        (item["role"].rsplit("/", 1)[-1], item["action"], item["resource"]) for item in recorded["decisions"]
    ]

    def resource(kind: str, action: str) -> str:
        return next(found for role, done, found in used if role == names[kind] and done == action)

    def stated(kind: str, action: str) -> str:
        """What a role's statement is about; of a role that did nothing in the life."""
        statements = [item["statement"] for item in recorded["statements"] if item["role"] == names[kind]]
        return next(statement["Resource"] for statement in statements if action in statement["Action"])

    def allowed(role: str, action: str, about: str, context: dict) -> bool:
        request = Request(f"arn:aws:sts::123456789012:assumed-role/{role}/s", role, action, about, context)
        return decide(request, policies[role]).allowed

    bucket = resource(JOB, "s3:PutObject").split(":::")[1].split("/")[0]
    groups = {
        kind: stated(kind, "logs:PutLogEvents").split(":log-group:")[1].split(":")[0] for kind in (RUN, GUARD)
    }
    denied, let_through, asked = [], [], 0
    for kind, action, own, others, context in probes(bucket, roles, groups, resource, stated):
        if not allowed(names[kind], action, own, context):
            denied.append([kind, action, own])
        for other in others:
            asked += 1
            if allowed(names[kind], action, other, context):
                let_through.append([kind, action, other])
    for kind, name in names.items():
        tries = [
            (action, about, {}) for action in NOBODYS for about in (f"arn:aws:s3:::{bucket}", roles[kind])
        ]
        tries += [(action, roles[JOB], context) for action, context in UNCONDITIONED.items()]
        for action, about, context in tries:
            asked += 1
            if allowed(name, action, about, context):
                let_through.append([kind, action, about])
    print(json.dumps({"asked": asked, "denied": denied, "letThrough": let_through}))


if __name__ == "__main__":
    main()
