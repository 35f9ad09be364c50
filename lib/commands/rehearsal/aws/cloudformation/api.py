"""CloudFormation's API, in the place of moto's."""

from __future__ import annotations

from moto.cloudformation.exceptions import AlreadyExistsException
from moto.core.responses import ActionResult, EmptyResult

from aws.cloudformation import changes, engine, views
from aws.cloudformation.change_set_api import UPDATABLE, ChangeSetActions
from aws.cloudformation.errors import invalid
from aws.cloudformation.stack import Stack
from aws.cloudformation.stacks import add_stack, find_stack, stacks_of
from aws.cloudformation.template import parse


class CloudFormationApi(ChangeSetActions):
    """The actions that the CDK, and a person with the AWS CLI, ask for."""

    def create_stack(self) -> ActionResult:
        self._refuse_options()
        name = self._get_param("StackName")
        if self._existing(name):
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        stack = Stack(self.host, name, self.region)
        target = self._target(stack)
        changes.check(stack, target)
        add_stack(stack)
        self._deploy(stack, target, self._get_param("RoleARN"))
        return ActionResult({"StackId": stack.id})

    def update_stack(self) -> ActionResult:
        self._refuse_options()
        stack = self._stack()
        self._require(stack, UPDATABLE, "updated")
        target = self._target(stack)
        changes.check(stack, target)
        if not changes.differs(stack, target, changes.changes(stack, target)):
            raise invalid("No updates are to be performed.")
        self._deploy(stack, target, self._get_param("RoleARN"))
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        stack = self._existing(self._get_param("StackName"))
        if stack is None or stack.status == "DELETE_IN_PROGRESS":
            return EmptyResult()
        if stack.termination_protection:
            raise invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        if stack.status.endswith("IN_PROGRESS") and stack.status not in (
            "CREATE_IN_PROGRESS",
            "REVIEW_IN_PROGRESS",
            "ROLLBACK_IN_PROGRESS",
        ):
            raise invalid(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")
        retained = self._get_param("RetainResources") or []
        if retained and stack.status != "DELETE_FAILED":
            raise invalid(
                f"Invalid operation on stack [{stack.id}]. When you delete a stack, specify which resources to retain only when "
                "the stack is in the DELETE_FAILED state."
            )
        for logical_id in retained:
            failed = stack.resources.get(logical_id)
            if failed is None or failed.status != "DELETE_FAILED":
                raise invalid(f"The resource {logical_id} of stack [{stack.id}] is not in DELETE_FAILED")
            failed.definition = {**failed.definition, "DeletionPolicy": "Retain"}
        stack.request_token = self._get_param("ClientRequestToken")
        engine.delete(stack)
        return EmptyResult()

    def cancel_update_stack(self) -> ActionResult:
        stack = self._stack()
        self._require(stack, ("UPDATE_IN_PROGRESS",), "cancelled")
        stack.cancelled.set()
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        name = self._get_param("StackName")
        found = [find_stack(self.region, name)] if name else stacks_of(self.region)
        return ActionResult({"Stacks": [views.stack(stack) for stack in found]})

    def list_stacks(self) -> ActionResult:
        wanted = self._get_param("StackStatusFilter") or []
        found = [
            stack for stack in stacks_of(self.region, deleted=True) if not wanted or stack.status in wanted
        ]
        return ActionResult({"StackSummaries": [views.stack(stack) for stack in found]})

    def describe_stack_events(self) -> ActionResult:
        stack = self._stack()
        return ActionResult({"StackEvents": list(reversed(stack.events))})

    def describe_stack_resources(self) -> ActionResult:
        stack, wanted = self._stack(), self._get_param("LogicalResourceId")
        found = [item for item in stack.resources.values() if wanted in (None, item.logical_id)]
        return ActionResult({"StackResources": [views.resource(stack, item) for item in found]})

    def list_stack_resources(self) -> ActionResult:
        stack = self._stack()
        found = [views.resource(stack, item) for item in stack.resources.values()]
        return ActionResult({"StackResourceSummaries": found})

    def get_template(self) -> ActionResult:
        if self._get_param("ChangeSetName"):
            body = self._change_set()[1].target.body
        else:
            stack = self._stack()
            body = stack.target.body if stack.target else ""
        return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        stack = self._stack() if self._get_param("StackName") else None
        body = stack.target.body if stack and stack.target else self._body(None)
        return ActionResult(views.template_summary(parse(body)))

    def list_exports(self) -> ActionResult:
        exports = [
            {"ExportingStackId": stack.id, "Name": name, "Value": value}
            for stack in stacks_of(self.region)
            for name, value in stack.exports().items()
        ]
        return ActionResult({"Exports": exports})

    def update_termination_protection(self) -> ActionResult:
        stack = self._stack()
        stack.termination_protection = bool(self._get_param("EnableTerminationProtection"))
        return ActionResult({"StackId": stack.id})
