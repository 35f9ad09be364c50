"""AWS::SageMaker: notebook instance and its lifecycle configuration. No notebook runs in a rehearsal."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.errors import ResourceFailed
from aws.cloudformation.handler import Operation
from aws.cloudformation.resources.serving import SageMakerResource, name_of


class NotebookInstance(SageMakerResource):
    """A notebook instance: an update stops it, changes it, starts it."""

    def act(self, operation: Operation, verb: str, **parameters: Any) -> dict[str, Any]:
        if "LifecycleConfigName" in parameters:
            parameters["LifecycleConfigName"] = name_of(parameters["LifecycleConfigName"])
        return super().act(operation, verb, **parameters)

    def create(self, operation: Operation) -> str:
        arn = super().create(operation)
        self._settle(operation.of(arn), "InService")
        return arn

    def modify(self, operation: Operation) -> None:
        super().modify(operation)
        new, old = operation.properties, operation.old
        changed = {key: new[key] for key in new.keys() - {"Tags"} if new[key] != old.get(key)}
        if "LifecycleConfigName" in old and "LifecycleConfigName" not in new:
            changed["DisassociateLifecycleConfig"] = True
        if not changed:
            return
        self._stop(operation)
        self.act(operation, "update", **changed)
        self._settle(operation, "Stopped")
        self.act(operation, "start")
        self._settle(operation, "InService")

    def _settle(self, operation: Operation, wanted: str) -> None:
        state = self.until(operation, lambda state: state["NotebookInstanceStatus"] in (wanted, "Failed"))
        if state["NotebookInstanceStatus"] == "Failed":
            raise ResourceFailed(state.get("FailureReason", "no reason given"), operation.physical_id)

    def _stop(self, operation: Operation) -> None:
        """Stops an instance that has not stopped itself."""
        if self.act(operation, "describe")["NotebookInstanceStatus"] == "InService":
            self.act(operation, "stop")
            self._settle(operation, "Stopped")

    def delete(self, operation: Operation) -> None:
        self._stop(operation)
        super().delete(operation)


class NotebookInstanceLifecycleConfig(SageMakerResource):
    """Scripts of a notebook instance: kept and shown, not run."""

    def modify(self, operation: Operation) -> None:
        super().modify(operation)
        self.act(
            operation, "update", **{key: operation.properties.get(key) for key in ("OnCreate", "OnStart")}
        )
