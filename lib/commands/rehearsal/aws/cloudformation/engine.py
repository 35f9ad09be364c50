"""Stack operations as CloudFormation runs them: in order, with rollback and clean-up."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable

from moto.core.exceptions import ServiceException

from aws.clock import now
from aws.cloudformation import graph, schemas
from aws.cloudformation.crossing import check_exports, importers, outputs_of
from aws.cloudformation.errors import ResourceFailed
from aws.cloudformation.provisioner import Provisioner
from aws.cloudformation.stack import Resource, Stack, Target

log = logging.getLogger(__name__)


def deploy(stack: Stack, target: Target) -> None:
    """Creates or updates a stack in the background."""
    creating = not stack.resources and stack.target is None
    stack.cancelled.clear()
    if not creating:
        stack.updated = now()
    stack.report("CREATE_IN_PROGRESS" if creating else "UPDATE_IN_PROGRESS", "User Initiated")
    _start(stack, Deployment(stack, target, creating).run)


def delete(stack: Stack) -> None:
    """Deletes a stack in the background; a creation under way is given up first."""
    running = stack.operation
    stack.cancelled.set()
    stack.report("DELETE_IN_PROGRESS", "User Initiated")
    _start(stack, lambda: _delete(stack, running))


def _start(stack: Stack, work: Callable[[], None]) -> None:
    def guarded() -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 a stack must not stay in progress for ever
            log.exception("operation on stack %s", stack.name)
            status = stack.status.replace("_CLEANUP_IN_PROGRESS", "_IN_PROGRESS")
            stack.report(
                status.replace("_IN_PROGRESS", "_FAILED"), "internal error of the rehearsal: see its log"
            )

    stack.operation = threading.Thread(target=guarded, daemon=True, name=f"stack-{stack.name}")
    stack.operation.start()


class Deployment:
    """One creation or update, from its first event to its last."""

    def __init__(self, stack: Stack, target: Target, creating: bool):
        self._stack = stack
        self._target = target
        self._creating = creating
        self._previous = {logical_id: copy.copy(resource) for logical_id, resource in stack.resources.items()}
        self._resolver = stack.resolver(target, stack.resources)
        self._definitions = self._resolver.resources()
        self._provisioner = Provisioner(stack, target.tags, creating)
        self._touched: dict[str, Resource] = {}
        #: What the rollback itself made too much.
        self._extra: list[Resource] = []

    def run(self) -> None:
        """Makes the resources, then cleans up or rolls back."""
        needs = {
            logical_id: self._resolver.dependencies(item) for logical_id, item in self._definitions.items()
        }
        done = graph.run(needs, self._make)
        outputs: list[dict[str, str]] | None = None
        reason = None
        if done and not self._stack.cancelled.is_set():
            try:
                outputs = outputs_of(self._resolver)
                check_exports(self._stack, outputs)
            except ServiceException as error:
                outputs, reason = None, error.message
        if outputs is None:
            self._give_up(reason)
            return
        self._stack.target, self._stack.outputs = self._target, outputs
        self._stack.imports = self._resolver.lookup.imports
        if self._creating:
            self._stack.report("CREATE_COMPLETE")
            return
        self._stack.report("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        delete_in_order(self._provisioner, self._superseded())
        self._stack.report("UPDATE_COMPLETE")

    def _make(self, logical_id: str) -> bool:
        if self._stack.cancelled.is_set():
            return False
        previous = self._previous.get(logical_id)
        definition = self._definitions[logical_id]
        resource = Resource(
            logical_id, definition["Type"], definition, {}, self._resolver.dependencies(definition)
        )
        try:
            resource.properties = self._resolver.resolve(definition.get("Properties", {}))
        except (ServiceException, ResourceFailed) as error:
            # Nothing was done: an update that is rolled back leaves it alone.
            resource.physical_id = previous.physical_id if previous else None
            resource.properties = previous.properties if previous else {}
            self._touched[logical_id] = resource
            verb = "UPDATE" if previous else "CREATE"
            self._stack.report_resource(resource, f"{verb}_FAILED", getattr(error, "message", str(error)))
            self._stack.cancelled.set()
            return False
        if previous and self._unchanged(previous, resource):
            resource.physical_id, resource.attributes = previous.physical_id, previous.attributes
            resource.status, resource.updated = previous.status, previous.updated
            self._stack.resources[logical_id] = resource
            return True
        self._touched[logical_id] = resource
        if previous is None:
            self._stack.resources[logical_id] = resource
        made = self._provisioner.make(resource, previous)
        self._stack.resources[logical_id] = resource
        if not made:
            # Whoever still waits for something (a signal, an endpoint) stops waiting.
            self._stack.cancelled.set()
        return made

    def _unchanged(self, previous: Resource, resource: Resource) -> bool:
        tags_changed = self._stack.target is not None and self._stack.target.tags != self._target.tags
        taggable = schemas.has_tags(resource.type, self._stack.region)
        return previous.properties == resource.properties and not (tags_changed and taggable)

    def _give_up(self, reason: str | None) -> None:
        if self._creating:
            self._stack.target = self._target
        if self._stack.status == "DELETE_IN_PROGRESS":
            # A deletion interrupted the creation: it takes what is there.
            return
        verb = "create" if self._creating else "update"
        reason = reason or _failed_to(verb, self._touched)
        self._stack.cancelled.clear()
        if self._creating:
            self._stack.report("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
            done = delete_in_order(self._provisioner, list(self._stack.resources.values()))
            _forget_deleted(self._stack)
            self._stack.report("ROLLBACK_COMPLETE" if done else "ROLLBACK_FAILED")
            return
        self._stack.report("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        if not self._restore():
            self._stack.report("UPDATE_ROLLBACK_FAILED", _failed_to("update", self._stack.resources))
            return
        self._stack.report("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        delete_in_order(self._provisioner, self._superfluous())
        self._stack.report("UPDATE_ROLLBACK_COMPLETE")

    def _restore(self) -> bool:
        """Updates what was updated in place back to what it was; a replaced one's old resource still exists."""
        provisioner = Provisioner(self._stack, self._stack.target.tags)

        def back(logical_id: str) -> bool:
            previous, made = self._previous[logical_id], self._touched.get(logical_id)
            if (
                made is None
                or made.properties == previous.properties
                or made.physical_id != previous.physical_id
            ):
                if made is not None:
                    self._stack.report_resource(previous, "UPDATE_COMPLETE")
                self._stack.resources[logical_id] = previous
                return True
            restored = copy.copy(previous)
            done = provisioner.make(restored, made)
            if restored.physical_id != made.physical_id:
                # The function answered the rollback with another id still: the one before it goes.
                self._extra.append(made)
            self._stack.resources[logical_id] = restored
            return done

        results: list[bool] = []
        graph.run(
            {key: item.dependencies for key, item in self._previous.items()},
            lambda key: results.append(back(key)) or True,
        )
        return all(results)

    def _superseded(self) -> list[Resource]:
        """After success: what was replaced and what the template no longer has."""
        gone = []
        for logical_id, previous in self._previous.items():
            current = self._stack.resources[logical_id]
            if logical_id not in self._definitions:
                del self._stack.resources[logical_id]
                gone.append(previous)
            elif current.physical_id != previous.physical_id:
                previous.definition = {
                    **previous.definition,
                    "DeletionPolicy": previous.definition.get("UpdateReplacePolicy"),
                }
                gone.append(previous)
        return gone

    def _superfluous(self) -> list[Resource]:
        """After a rollback: what the failed update made."""
        gone = list(self._extra)
        for logical_id, made in self._touched.items():
            previous = self._previous.get(logical_id)
            if previous is None:
                self._stack.resources.pop(logical_id, None)
                gone.append(made)
            elif made.physical_id != previous.physical_id:
                gone.append(made)
        return gone


def delete_in_order(provisioner: Provisioner, resources: list[Resource]) -> bool:
    """Deletes resources, each after those that depend on it; False when any stays."""
    by_key = {f"{resource.logical_id}/{resource.physical_id}": resource for resource in resources}
    needs = {
        key: {other for other, item in by_key.items() if resource.logical_id in item.dependencies}
        for key, resource in by_key.items()
    }
    return graph.run(needs, lambda key: provisioner.delete(by_key[key]), stop_on_failure=False)


def _delete(stack: Stack, running: threading.Thread | None) -> None:
    if running is not None and running is not threading.current_thread():
        running.join()
    stack.cancelled.clear()
    held = importers(stack, stack.exports().keys())
    if held:
        stack.report(
            "DELETE_FAILED", f"Delete canceled. Cannot delete export {held[0]} as it is in use by {held[1]}."
        )
        return
    provisioner = Provisioner(stack, stack.target.tags if stack.target else {})
    done = delete_in_order(provisioner, list(stack.resources.values()))
    _forget_deleted(stack)
    if done:
        stack.deleted = now()
        stack.report("DELETE_COMPLETE")
        return
    stack.report("DELETE_FAILED", _failed_to("delete", stack.resources))


def _failed_to(verb: str, resources: dict[str, Resource]) -> str:
    names = [name for name, resource in resources.items() if resource.status.endswith("_FAILED")]
    return f"The following resource(s) failed to {verb}: [{', '.join(names)}]. "


def _forget_deleted(stack: Stack) -> None:
    """What is gone stays gone: a later deletion has only the rest before it."""
    for logical_id, resource in list(stack.resources.items()):
        if resource.physical_id is None or resource.status in ("DELETE_COMPLETE", "DELETE_SKIPPED"):
            del stack.resources[logical_id]
