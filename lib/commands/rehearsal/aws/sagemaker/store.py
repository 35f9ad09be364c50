"""What SageMaker remembers: resources by kind and name, in the words of the requests that made them."""

from __future__ import annotations

import datetime
import threading
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

from aws.clock import now
from aws.identities import ACCOUNT
from aws.sagemaker.validation import SageMakerError, invalid


@dataclass
class Item:
    """One resource."""

    kind: str
    name: str
    arn: str
    request: dict[str, Any]
    tags: dict[str, str]
    created: datetime.datetime = field(default_factory=now)
    modified: datetime.datetime = field(default_factory=now)
    #: What is added to the request when the resource is described; its changes are its owner's.
    state: dict[str, Any] = field(default_factory=dict)
    #: What carries it out: a TrainingJob, an Endpoint.
    work: Any = None

    def described(self) -> dict[str, Any]:
        """The answer of a Describe action."""
        request = {key: value for key, value in self.request.items() if key != "Tags"}
        return {**request, "CreationTime": self.created, "LastModifiedTime": self.modified, **self.state}


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    #: As the API's actions and members have it.
    noun: str
    #: What is told where a name is in use, and where there is none.
    taken: str
    missing: str

    @property
    def word(self) -> str:
        """As ARNs have it, such as endpoint-config."""
        return xform_name(self.noun, "-")


_TAKEN, _MISSING = "Cannot create already existing", "Could not find"
#: Kinds by their words.
KINDS = {
    kind.word: kind
    for kind in (
        Kind("Endpoint", f'{_TAKEN} endpoint "{{arn}}".', f'{_MISSING} endpoint "{{arn}}".'),
        Kind(
            "EndpointConfig",
            f'{_TAKEN} endpoint configuration "{{arn}}".',
            f'{_MISSING} endpoint configuration "{{arn}}".',
        ),
        Kind("Model", f'{_TAKEN} model "{{arn}}".', f'{_MISSING} model "{{arn}}".'),
        Kind(
            "NotebookInstance",
            "Notebook instance {arn} already exists",
            "RecordNotFound: {arn} does not exist",
        ),
        Kind(
            "NotebookInstanceLifecycleConfig",
            "Notebook Instance Lifecycle Config {arn} already exists",
            "Unable to describe Notebook Instance Lifecycle Config '{arn}'. Details: it does not exist",
        ),
        Kind(
            "TrainingJob",
            "Training job names must be unique within an AWS account and region, and a training job with this name "
            "already exists ({arn})",
            "Requested resource not found.",
        ),
    )
}


class Store:
    """The resources of one region."""

    def __init__(self, region: str):
        self.region = region
        self.items: dict[str, dict[str, Item]] = {kind: {} for kind in KINDS}
        self.lock = threading.RLock()

    def add(self, kind: str, request: dict[str, Any]) -> Item:
        """What a Create action makes."""
        noun = KINDS[kind].noun
        name = request[f"{noun}Name"]
        arn = self._arn(kind, name)
        with self.lock:
            if name in self.items[kind]:
                code = "ResourceInUse" if kind == "training-job" else "ValidationException"
                raise SageMakerError(code, KINDS[kind].taken.format(arn=arn))
            tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
            item = self.items[kind][name] = Item(kind, name, arn, request, tags)
            item.state[f"{noun}Arn"] = arn
        return item

    def get(self, kind: str, name: str) -> Item:
        """A resource. Raises what the API answers where there is none."""
        item = self.items[kind].get(name)
        if item is None:
            raise invalid(KINDS[kind].missing.format(arn=self._arn(kind, name)))
        return item

    def _arn(self, kind: str, name: str) -> str:
        return f"arn:aws:sagemaker:{self.region}:{ACCOUNT}:{kind}/{name}"

    def remove(self, item: Item) -> None:
        """Forgets a resource."""
        with self.lock:
            self.items[item.kind].pop(item.name, None)

    def by_arn(self, arn: str) -> Item | None:
        """The resource of an ARN, if it is kept here."""
        kind, _, name = arn.rsplit(":", 1)[-1].partition("/")
        return self.items.get(kind, {}).get(name)


_stores: dict[str, Store] = {}
_lock = threading.Lock()


def store(region: str) -> Store:
    """The region's store."""
    with _lock:
        return _stores.setdefault(region, Store(region))


def all_items() -> list[Item]:
    """Every resource of every region."""
    return [
        item
        for region in list(_stores.values())
        for kind in KINDS
        for item in list(region.items[kind].values())
    ]
