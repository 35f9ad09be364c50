"""The actions of notebook instances and their lifecycle configurations, whose states follow each other at once."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

from botocore import xform_name
from moto.core.responses import ActionResult, EmptyResult

from aws.authorization.authority import AccessDenied
from aws.clock import now
from aws.identities import ACCOUNT
from aws.sagemaker.store import KINDS, Item, Kind, Store, store
from aws.sagemaker.training_request import session_of
from aws.sagemaker.validation import check, invalid

_NOTEBOOK, _LIFECYCLE_CONFIG = "notebook-instance", "notebook-instance-lifecycle-config"


class StoredActions:
    """What all actions have, and the actions that are the same for each kind: describe, delete, list."""

    body: str
    region: str
    _get_action: Callable[[], str]

    @property
    def _store(self) -> Store:
        return store(self.region)

    @property
    def _request(self) -> dict[str, Any]:
        return json.loads(self.body or "{}")

    @property
    def _checked(self) -> dict[str, Any]:
        """The request. Raises for one that breaks the model of its action."""
        check(self._get_action(), self._request)
        return self._request

    def _found(self, kind: str) -> Item:
        """The resource that the request names."""
        return self._store.get(kind, self._request[f"{KINDS[kind].noun}Name"])

    def _listed(self, kind: Kind) -> ActionResult:
        wanted = self._request
        found = [
            item.described()
            for item in list(self._store.items[kind.word].values())
            if wanted.get("NameContains", "") in item.name
            and wanted.get("StatusEquals") in (None, *item.state.values())
        ]
        newest_first = wanted.get("SortOrder", "Descending") == "Descending"
        found.sort(key=lambda entry: entry["CreationTime"], reverse=newest_first)
        summaries = f"{kind.noun}Summaries" if kind.word == "training-job" else f"{kind.noun}s"
        return ActionResult({summaries: found[: wanted.get("MaxResults", 100)]})


def _add_actions(kind: Kind) -> None:
    def describe(api: StoredActions) -> ActionResult:
        return ActionResult(api._found(kind.word).described())

    def delete(api: StoredActions) -> ActionResult:
        api._store.remove(api._found(kind.word))
        return EmptyResult()

    def listed(api: StoredActions) -> ActionResult:
        return api._listed(kind)

    snake = xform_name(kind.noun)
    for name, action in (
        (f"describe_{snake}", describe),
        (f"delete_{snake}", delete),
        (f"list_{snake}s", listed),
    ):
        setattr(StoredActions, name, action)


for _kind in KINDS.values():
    _add_actions(_kind)


class NotebookActions(StoredActions):
    """Notebook instances: nothing runs, but every state and name is checked."""

    def create_notebook_instance(self) -> ActionResult:
        request = self._checked
        role = session_of(self.host, request["RoleArn"], self.region)
        if "LifecycleConfigName" in request:
            self._store.get(_LIFECYCLE_CONFIG, request["LifecycleConfigName"])
            # Its scripts write there; without a log they run all the same, and the denial is told.
            groups = f"arn:aws:logs:{self.region}:{ACCOUNT}:log-group:"
            for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents"):
                with contextlib.suppress(AccessDenied):
                    role.require(f"logs:{action}", f"{groups}/aws/sagemaker/NotebookInstances:log-stream:")
        item = self._store.add(_NOTEBOOK, request)
        self._notebook_moves(item, "InService")
        return ActionResult({"NotebookInstanceArn": item.arn})

    def _notebook_moves(self, item: Item, status: str) -> None:
        item.modified = now()
        url = f"{item.name}.notebook.{self.region}.sagemaker.aws"
        item.state.update(NotebookInstanceStatus=status, Url=url)
        if "LifecycleConfigName" in item.request:
            item.state["NotebookInstanceLifecycleConfigName"] = item.request["LifecycleConfigName"]

    def _notebook_in(self, *statuses: str) -> Item:
        item = self._found(_NOTEBOOK)
        status = item.state["NotebookInstanceStatus"]
        if status not in statuses:
            raise invalid(
                f"Status ({status}) not in ({list(statuses)}). Unable to transition for ({item.arn})."
            )
        return item

    def start_notebook_instance(self) -> ActionResult:
        self._notebook_moves(self._notebook_in("Stopped", "Failed"), "InService")
        return EmptyResult()

    def stop_notebook_instance(self) -> ActionResult:
        self._notebook_moves(self._notebook_in("InService"), "Stopped")
        return EmptyResult()

    def update_notebook_instance(self) -> ActionResult:
        request, item = self._checked, self._notebook_in("Stopped", "Failed")
        if request.pop("DisassociateLifecycleConfig", False):
            item.request.pop("LifecycleConfigName", None)
        if "LifecycleConfigName" in request:
            self._store.get(_LIFECYCLE_CONFIG, request["LifecycleConfigName"])
        item.request.update(request)
        self._notebook_moves(item, "Stopped")
        return ActionResult({})

    def delete_notebook_instance(self) -> ActionResult:
        self._store.remove(self._notebook_in("Stopped", "Failed"))
        return EmptyResult()

    def create_notebook_instance_lifecycle_config(self) -> ActionResult:
        item = self._store.add(_LIFECYCLE_CONFIG, self._checked)
        return ActionResult({"NotebookInstanceLifecycleConfigArn": item.arn})

    def update_notebook_instance_lifecycle_config(self) -> ActionResult:
        self._found(_LIFECYCLE_CONFIG).request.update(self._request)
        return ActionResult({})
