"""Everything that exists in the in-memory AWS: what the audit after a destroy looks at.

Walks whatever every moto backend holds, not a list of what somebody expects, and compares it with a backend
that was just made (default event bus, default VPC, AWS's own managed policies).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_models import BaseModel
from moto.utilities.tagging_service import TaggingService

from aws.cloudformation.stacks import all_stacks
from aws.sagemaker.store import all_items

#: The stack of `cdk bootstrap`: what belongs to it stays in an account on purpose.
BOOTSTRAP_STACK = "CDKToolkit"
#: Log groups of the account, which SageMaker makes and all jobs share: they stay, and are nobody's while they are empty.
SHARED_LOG_GROUPS = {"/aws/sagemaker/TrainingJobs", "/aws/sagemaker/NotebookInstances"}
#: What a backend holds that is no resource: records of the past, caches, what services observe.
_RECORDS = {
    "cloudwatch": {"metric_data", "paged_metric_data"},
    "iam": {"access_keys", "aws_managed_policies", "initialized", "managed_policies_cache"},
    "lambda": {"_layers._arns", "_lambdas._arns"},
    "ssm": {"_commands", "default_parameters"},
    "sts": {"assumed_roles"},
}
_DEPTH = 7


class Thing(NamedTuple):
    """Something that exists."""

    service: str
    region: str
    type: str
    name: str


def everything() -> dict[str, Any]:
    """What is left, apart from the bootstrap stack's own."""
    stacks = all_stacks()
    found = [
        *(Thing("cloudformation", stack.region, "Stack", stack.name) for stack in stacks),
        *(Thing("sagemaker", item.arn.split(":")[3], item.kind, item.name) for item in all_items()),
        *_in_moto(),
    ]
    own = {BOOTSTRAP_STACK}
    for stack in stacks:
        if stack.name == BOOTSTRAP_STACK:
            own.update(item.physical_id for item in stack.resources.values())
    left = [thing for thing in found if not own & {thing.name, thing.name.rsplit("/", 1)[-1]}]
    return {"left": [thing._asdict() for thing in sorted(left)]}


def _in_moto() -> Iterator[Thing]:
    # moto lists there what was used, and has no other way to ask.
    for backends in list(BackendDict._instances):
        service = backends.service_name
        for account, region, backend in list(backends.iter_backends()):
            now = dict(_models(service, backend))
            fresh = dict(_models(service, type(backend)(region, account)))
            spare = Counter(type(item).__name__ for path, item in fresh.items() if path not in now)
            for path, item in now.items():
                kind = type(item).__name__
                if path in fresh:
                    continue
                if spare[kind] > 0:
                    # The counterpart of something that every backend makes under another random name.
                    spare[kind] -= 1
                    continue
                name = _known_as(item, path[-1])
                if not (name in SHARED_LOG_GROUPS and not item.streams):
                    yield Thing(service, region, kind, name)


def _models(service: str, backend: BaseBackend) -> Iterator[tuple[tuple[str, ...], Any]]:
    return _walk(vars(backend), (), _RECORDS.get(service, set()), _DEPTH, set())


def _walk(
    value: Any, path: tuple[str, ...], ignored: set[str], depth: int, seen: set[int]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    if (
        depth == 0
        or id(value) in seen
        or isinstance(value, (TaggingService, BaseBackend))
        or ".".join(path) in ignored
    ):
        return
    if isinstance(value, BaseModel):
        yield path, value
    if isinstance(value, dict):
        items = [(str(key), item) for key, item in list(value.items())]
    elif isinstance(value, (list, tuple, set)):
        items = [(_name(item, index), item) for index, item in enumerate(list(value))]
    elif type(value).__module__.startswith("moto.") and hasattr(value, "__dict__"):
        items = list(vars(value).items()) if _is_holder(value) else []
    else:
        return
    for key, item in items:
        yield from _walk(item, (*path, key), ignored, depth - 1, seen | {id(value)})


def _is_holder(value: Any) -> bool:
    """Whether things of their own live within: not a resource, or one that every backend has."""
    return not isinstance(value, BaseModel) or type(value).__name__ in ("EventBus", "ScheduleGroup")


def _name(item: Any, index: int) -> str:
    return str(getattr(item, "name", None) or getattr(item, "arn", None) or index)


def _known_as(item: Any, key: str) -> str:
    """The name by which a user knows a thing; its key where it has none."""
    for attribute in ("physical_resource_id", "name", "arn"):
        try:
            found = getattr(item, attribute)
        except Exception:  # noqa: BLE001 a property of moto's may fail on half a resource
            continue
        if isinstance(found, str) and found:
            return found
    return key
