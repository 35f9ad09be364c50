"""What SageMaker remembers: resources by kind and name, in the words of the requests that made them."""

from __future__ import annotations

import datetime
import threading
from dataclasses import dataclass, field
from typing import Any

from aws.clock import now
from aws.host import ACCOUNT
from aws.sagemaker.validation import invalid


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

    def described(self) -> dict[str, Any]:
        """The answer of a Describe action."""
        request = {key: value for key, value in self.request.items() if key != "Tags"}
        return {**request, "CreationTime": self.created, "LastModifiedTime": self.modified, **self.state}


#: Kinds by the word that their ARNs have.
KINDS = (
    "endpoint",
    "endpoint-config",
    "model",
    "notebook-instance",
    "notebook-instance-lifecycle-config",
    "training-job",
)


class Store:
    """The resources of one region."""

    def __init__(self, region: str):
        self.region = region
        self.items: dict[str, dict[str, Item]] = {kind: {} for kind in KINDS}
        self.lock = threading.RLock()

    def add(self, kind: str, name: str, request: dict[str, Any], taken: str) -> Item:
        """A new resource; `taken` is the error's text when its name is in use."""
        arn = f"arn:aws:sagemaker:{self.region}:{ACCOUNT}:{kind}/{name}"
        with self.lock:
            if name in self.items[kind]:
                raise invalid(taken.format(arn=arn))
            tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
            item = self.items[kind][name] = Item(kind, name, arn, request, tags)
        return item

    def get(self, kind: str, name: str, missing: str) -> Item:
        """A resource; `missing` is the error's text when there is none."""
        item = self.items[kind].get(name)
        if item is None:
            raise invalid(missing.format(arn=f"arn:aws:sagemaker:{self.region}:{ACCOUNT}:{kind}/{name}"))
        return item

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
