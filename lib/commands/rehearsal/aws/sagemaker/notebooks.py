"""The actions of notebook instances and their lifecycle configurations, whose states follow each other at once."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from aws.clock import now
from aws.sagemaker.store import Item, Store, store
from aws.sagemaker.training_request import session_of
from aws.sagemaker.validation import check, invalid


class StoredActions:
    """What all actions have: the request, the region's resources, their listing."""

    body: str
    region: str

    @property
    def _store(self) -> Store:
        return store(self.region)

    @property
    def _request(self) -> dict[str, Any]:
        return json.loads(self.body or "{}")

    def _listed(self, kind: str, summaries: str, *keys: str) -> ActionResult:
        wanted = self._request
        found = []
        for item in list(self._store.items[kind].values()):
            shown = item.described()
            if wanted.get("NameContains", "") in item.name and wanted.get("StatusEquals") in (
                None,
                *shown.values(),
            ):
                found.append(
                    {key: shown[key] for key in ("CreationTime", "LastModifiedTime", *keys) if key in shown}
                )
        found.sort(
            key=lambda entry: entry["CreationTime"],
            reverse=wanted.get("SortOrder", "Descending") == "Descending",
        )
        return ActionResult({summaries: found[: wanted.get("MaxResults", 100)]})


class NotebookActions(StoredActions):
    """Notebook instances: nothing runs, but every state and name is checked."""

    def create_notebook_instance(self) -> ActionResult:
        request = self._request
        check("CreateNotebookInstance", request)
        session_of(self.host, request["RoleArn"])
        if "LifecycleConfigName" in request:
            self._lifecycle_config(request["LifecycleConfigName"])
        item = self._store.add(
            "notebook-instance",
            request["NotebookInstanceName"],
            request,
            "Notebook instance {arn} already exists",
        )
        self._notebook_moves(item, "InService")
        return ActionResult({"NotebookInstanceArn": item.arn})

    def _notebook_moves(self, item: Item, status: str) -> None:
        item.modified = now()
        state = {
            "NotebookInstanceArn": item.arn,
            "NotebookInstanceStatus": status,
            "Url": f"{item.name}.notebook.{self.region}.sagemaker.aws",
        }
        if "LifecycleConfigName" in item.request:
            state["NotebookInstanceLifecycleConfigName"] = item.request["LifecycleConfigName"]
        item.state.update(state)

    def _notebook(self) -> Item:
        return self._store.get(
            "notebook-instance", self._request["NotebookInstanceName"], "RecordNotFound: {arn} does not exist"
        )

    def describe_notebook_instance(self) -> ActionResult:
        return ActionResult(self._notebook().described())

    def _require(self, item: Item, *statuses: str) -> None:
        if item.state["NotebookInstanceStatus"] not in statuses:
            raise invalid(
                f"Status ({item.state['NotebookInstanceStatus']}) not in ({list(statuses)}). Unable to transition for ({item.arn})."
            )

    def start_notebook_instance(self) -> ActionResult:
        self._require(self._notebook(), "Stopped", "Failed")
        self._notebook_moves(self._notebook(), "InService")
        return EmptyResult()

    def stop_notebook_instance(self) -> ActionResult:
        self._require(self._notebook(), "InService")
        self._notebook_moves(self._notebook(), "Stopped")
        return EmptyResult()

    def update_notebook_instance(self) -> ActionResult:
        request, item = self._request, self._notebook()
        check("UpdateNotebookInstance", request)
        self._require(item, "Stopped", "Failed")
        if request.pop("DisassociateLifecycleConfig", False):
            item.request.pop("LifecycleConfigName", None)
        if "LifecycleConfigName" in request:
            self._lifecycle_config(request["LifecycleConfigName"])
        item.request.update(request)
        self._notebook_moves(item, "Stopped")
        return ActionResult({})

    def delete_notebook_instance(self) -> ActionResult:
        self._require(self._notebook(), "Stopped", "Failed")
        self._store.remove(self._notebook())
        return EmptyResult()

    def list_notebook_instances(self) -> ActionResult:
        keys = (
            "NotebookInstanceName",
            "NotebookInstanceArn",
            "NotebookInstanceStatus",
            "InstanceType",
            "Url",
        )
        return self._listed("notebook-instance", "NotebookInstances", *keys)

    def _lifecycle_config(self, name: str) -> Item:
        return self._store.get(
            "notebook-instance-lifecycle-config",
            name,
            "Unable to describe Notebook Instance Lifecycle Config '{arn}'. Details: it does not exist",
        )

    def create_notebook_instance_lifecycle_config(self) -> ActionResult:
        request = self._request
        check("CreateNotebookInstanceLifecycleConfig", request)
        name = request["NotebookInstanceLifecycleConfigName"]
        item = self._store.add(
            "notebook-instance-lifecycle-config",
            name,
            request,
            "Notebook Instance Lifecycle Config {arn} already exists",
        )
        item.state["NotebookInstanceLifecycleConfigArn"] = item.arn
        return ActionResult({"NotebookInstanceLifecycleConfigArn": item.arn})

    def describe_notebook_instance_lifecycle_config(self) -> ActionResult:
        return ActionResult(
            self._lifecycle_config(self._request["NotebookInstanceLifecycleConfigName"]).described()
        )

    def update_notebook_instance_lifecycle_config(self) -> ActionResult:
        item = self._lifecycle_config(self._request["NotebookInstanceLifecycleConfigName"])
        item.request.update(self._request)
        return ActionResult({})

    def delete_notebook_instance_lifecycle_config(self) -> ActionResult:
        self._store.remove(self._lifecycle_config(self._request["NotebookInstanceLifecycleConfigName"]))
        return EmptyResult()

    def list_notebook_instance_lifecycle_configs(self) -> ActionResult:
        keys = ("NotebookInstanceLifecycleConfigName", "NotebookInstanceLifecycleConfigArn")
        return self._listed("notebook-instance-lifecycle-config", "NotebookInstanceLifecycleConfigs", *keys)
