"""AWS::SageMaker: notebook instance and its lifecycle configuration. No notebook runs in a rehearsal."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from aws.cloudformation.errors import ResourceFailed
from aws.cloudformation.handler import Handler, Operation, delete_quietly, gone
from aws.cloudformation.resources.serving import name_of, replace_tags

_UPDATABLE = frozenset(
    {
        "AcceleratorTypes", "AdditionalCodeRepositories", "DefaultCodeRepository", "InstanceMetadataServiceConfiguration",
        "InstanceType", "LifecycleConfigName", "PlatformIdentifier", "RoleArn", "RootAccess", "VolumeSizeInGB",
    }
)  # fmt: skip


class NotebookInstance(Handler):
    """A notebook instance: an update stops it, changes it, starts it."""

    properties = _UPDATABLE | {
        "DirectInternetAccess", "KmsKeyId", "NotebookInstanceName", "SecurityGroupIds", "SubnetId", "Tags",
    }  # fmt: skip
    name_property = "NotebookInstanceName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("NotebookInstanceName") or operation.name(63)
        settings = {**properties, "NotebookInstanceName": name, "Tags": operation.tags(properties)}
        if "LifecycleConfigName" in settings:
            settings["LifecycleConfigName"] = name_of(settings["LifecycleConfigName"])
        arn = operation.call("sagemaker", "create_notebook_instance", **settings)["NotebookInstanceArn"]
        self._settle(operation, arn, "InService")
        return arn

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        replace_tags(operation, physical_id, new, old)
        changed = {key: new[key] for key in _UPDATABLE if key in new and new[key] != old.get(key)}
        if "LifecycleConfigName" in changed:
            changed["LifecycleConfigName"] = name_of(changed["LifecycleConfigName"])
        if "LifecycleConfigName" in old and "LifecycleConfigName" not in new:
            changed["DisassociateLifecycleConfig"] = True
        if not changed:
            return
        name = name_of(physical_id)
        self._stop(operation, physical_id)
        operation.call("sagemaker", "update_notebook_instance", NotebookInstanceName=name, **changed)
        self._settle(operation, physical_id, "Stopped")
        operation.call("sagemaker", "start_notebook_instance", NotebookInstanceName=name)
        self._settle(operation, physical_id, "InService")

    def _settle(self, operation: Operation, arn: str, wanted: str) -> None:
        while True:
            state = operation.call(
                "sagemaker", "describe_notebook_instance", NotebookInstanceName=name_of(arn)
            )
            if state["NotebookInstanceStatus"] == wanted:
                return
            if state["NotebookInstanceStatus"] == "Failed":
                raise ResourceFailed(state.get("FailureReason", "no reason given"), arn)
            time.sleep(0.2)

    def _stop(self, operation: Operation, arn: str) -> None:
        """Stops an instance that has not stopped itself."""
        name = {"NotebookInstanceName": name_of(arn)}
        state = operation.call("sagemaker", "describe_notebook_instance", **name)
        if state["NotebookInstanceStatus"] == "InService":
            operation.call("sagemaker", "stop_notebook_instance", **name)
            self._settle(operation, arn, "Stopped")

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        name = {"NotebookInstanceName": name_of(physical_id)}
        try:
            self._stop(operation, physical_id)
        except ClientError as error:
            if gone(error):
                return
            raise
        delete_quietly(operation, "sagemaker", "delete_notebook_instance", **name)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"NotebookInstanceName": name_of(physical_id)}


class NotebookInstanceLifecycleConfig(Handler):
    """Scripts of a notebook instance: kept and shown, not run."""

    properties = frozenset({"NotebookInstanceLifecycleConfigName", "OnCreate", "OnStart", "Tags"})
    name_property = "NotebookInstanceLifecycleConfigName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("NotebookInstanceLifecycleConfigName") or operation.name(63)
        settings = {
            **properties,
            "NotebookInstanceLifecycleConfigName": name,
            "Tags": operation.tags(properties),
        }
        created = operation.call("sagemaker", "create_notebook_instance_lifecycle_config", **settings)
        return created["NotebookInstanceLifecycleConfigArn"]

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        replace_tags(operation, physical_id, new, old)
        operation.call(
            "sagemaker",
            "update_notebook_instance_lifecycle_config",
            NotebookInstanceLifecycleConfigName=name_of(physical_id),
            OnCreate=new.get("OnCreate"),
            OnStart=new.get("OnStart"),
        )

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(
            operation,
            "sagemaker",
            "delete_notebook_instance_lifecycle_config",
            NotebookInstanceLifecycleConfigName=name_of(physical_id),
        )

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"NotebookInstanceLifecycleConfigName": name_of(physical_id)}
