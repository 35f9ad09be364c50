"""The actions of change sets, and what all actions of CloudFormation's API share."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import AlreadyExistsException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from aws.cloudformation import changes, engine, parameters, schemas, views
from aws.cloudformation.errors import ChangeSetNotFound, invalid
from aws.cloudformation.stack import ChangeSet, Stack, Target
from aws.cloudformation.stacks import add_stack, find_stack, stacks_of
from aws.cloudformation.template import parse
from aws.host import Host
from aws.identities import ACCOUNT

#: The states from which a stack can be updated.
UPDATABLE = ("CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


class StackActions(BaseResponse):
    """The request's stack, its template, and the start of an operation."""

    host: Host

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def _stack(self) -> Stack:
        return find_stack(self.region, self._get_param("StackName"))

    def _body(self, stack: Stack | None) -> str:
        if self._get_param("UsePreviousTemplate") and stack and stack.target:
            return stack.target.body
        url = self._get_param("TemplateURL")
        if not url:
            body = self._get_param("TemplateBody")
            if not body:
                raise invalid("Either Template URL or Template Body must be specified.")
            return body
        try:
            bucket, key = _bucket_and_key(url)
            found = self.host.client("s3", self.region).get_object(Bucket=bucket, Key=key)
            return found["Body"].read().decode()
        except ClientError as error:
            raise invalid(f"S3 error: {error}") from error

    def _target(self, stack: Stack) -> Target:
        """Reads a template and fetches its parameters, as a change set does when it is created."""
        body, previous, tags = self._body(stack), stack.target, self._get_param("Tags")
        template = parse(body)
        kept = previous.given if previous else {}
        given = parameters.given_values(template, self._get_param("Parameters", []), kept)
        resolved = parameters.resolved_values(self.host, self.region, template, given)
        if tags is None and previous is not None:
            return Target(body, template, given, resolved, previous.tags)
        return Target(body, template, given, resolved, {tag["Key"]: tag["Value"] for tag in tags or []})

    def _refuse_options(self) -> None:
        for option in (
            "DisableRollback",
            "ResourcesToImport",
            "RoleARNs",
            "StackPolicyBody",
            "StackPolicyURL",
        ):
            if self._get_param(option):
                raise invalid(f"the rehearsal does not know {option}")
        if self._get_param("OnFailure", "ROLLBACK") != "ROLLBACK":
            raise invalid("the rehearsal knows OnFailure ROLLBACK only")

    def _existing(self, name: str) -> Stack | None:
        return next((stack for stack in stacks_of(self.region) if name in (stack.name, stack.id)), None)

    def _deploy(self, stack: Stack, target: Target, role_arn: str | None) -> None:
        # A role stays with its stack until an operation names another.
        stack.role_arn = role_arn or stack.role_arn
        stack.request_token = self._get_param("ClientRequestToken")
        engine.deploy(stack, target)

    def _require(self, stack: Stack, statuses: tuple[str, ...], verb: str) -> None:
        if stack.status not in statuses:
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be {verb}.")


class ChangeSetActions(StackActions):
    """Change sets as the CDK uses them."""

    def create_change_set(self) -> ActionResult:
        self._refuse_options()
        name, kind = self._get_param("StackName"), self._get_param("ChangeSetType", "UPDATE")
        stack = self._existing(name)
        if kind == "CREATE":
            if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
                raise AlreadyExistsException(
                    f"Stack [{name}] already exists and cannot be created again with the changeSet [{self._get_param('ChangeSetName')}]."
                )
        elif kind == "UPDATE":
            if stack is None:
                raise invalid(f"Stack [{name}] does not exist")
            self._require(stack, UPDATABLE, "updated")
        else:
            raise invalid(f"the rehearsal does not know ChangeSetType {kind}")
        fresh = stack is None
        stack = stack or Stack(self.host, name, self.region)
        target = self._target(stack)
        changes.check(stack, target)
        found = changes.changes(stack, target)
        if fresh:
            add_stack(stack)
            stack.report("REVIEW_IN_PROGRESS", "User Initiated")
        change_set_name = self._get_param("ChangeSetName")
        change_set = ChangeSet(
            f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:changeSet/{change_set_name}/{uuid.uuid4()}",
            change_set_name,
            target,
            found,
            self._get_param("Description"),
            role_arn=self._get_param("RoleARN"),
        )
        change_set.problems = schemas.problems(target.body, self.region)
        change_set.reason = (
            changes.INVALID
            if change_set.problems
            else None
            if changes.differs(stack, target, found)
            else changes.NO_CHANGES
        )
        if change_set.reason:
            change_set.status, change_set.execution = "FAILED", "UNAVAILABLE"
        stack.change_sets[change_set.id] = change_set
        return ActionResult({"Id": change_set.id, "StackId": stack.id})

    def _change_set(self) -> tuple[Stack, ChangeSet]:
        name = self._get_param("ChangeSetName")
        stacks = [self._stack()] if self._get_param("StackName") else stacks_of(self.region)
        for stack in stacks:
            for change_set in reversed(stack.change_sets.values()):
                if name in (change_set.id, change_set.name):
                    return stack, change_set
        raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")

    def describe_change_set(self) -> ActionResult:
        return ActionResult(views.change_set(*self._change_set()))

    def describe_events(self) -> ActionResult:
        if not self._get_param("ChangeSetName"):
            raise invalid("the rehearsal knows DescribeEvents of a change set only")
        return ActionResult({"OperationEvents": views.validation_events(*self._change_set())})

    def list_change_sets(self) -> ActionResult:
        stack = self._stack()
        return ActionResult(
            {"Summaries": [views.change_set(stack, item) for item in stack.change_sets.values()]}
        )

    def delete_change_set(self) -> ActionResult:
        try:
            stack, change_set = self._change_set()
        except Exception:  # noqa: BLE001 a change set that is not there is deleted
            return EmptyResult()
        del stack.change_sets[change_set.id]
        return EmptyResult()

    def execute_change_set(self) -> ActionResult:
        self._refuse_options()
        stack, change_set = self._change_set()
        if change_set.execution != "AVAILABLE":
            raise invalid(
                f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{change_set.status}]"
            )
        stack.change_sets.clear()
        self._deploy(stack, change_set.target, change_set.role_arn)
        return EmptyResult()


def _bucket_and_key(url: str) -> tuple[str, str]:
    """The two parts of a template's address: with the bucket in the path, as on localhost, or in the host's name."""
    parts = urlsplit(url)
    path = parts.path.lstrip("/")
    if parts.hostname == "localhost" or parts.netloc.startswith(("s3.", "s3-")):
        bucket, _, key = path.partition("/")
        return bucket, key
    return parts.netloc.split(".s3")[0], path
