"""Decides every call of a running in-memory AWS by the policies that lie in it, and keeps each decision."""

from __future__ import annotations

import functools
import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.iam.models import Role, iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends

from aws.authorization.actions import Need, needs_of
from aws.authorization.conditions import UnknownPolicy
from aws.authorization.least import Allowed, unneeded
from aws.authorization.policies import Decision, Request, Statement, decide, statements_of
from aws.calls import Call
from aws.faults import Faults
from aws.identities import Principal


class AccessDenied(Exception):
    """A call that its caller's policies do not allow, in IAM's words."""


def _counted(method: Callable[..., Any]) -> Callable[..., Any]:
    """Adds what a method takes of the processor to its authority's seconds."""

    @functools.wraps(method)
    def counted(authority: Authority, *arguments: Any, **more: Any) -> Any:
        begun = time.thread_time()
        try:
            return method(authority, *arguments, **more)
        finally:
            with authority._lock:
                authority._seconds += time.thread_time() - begun

    return counted


class Authority:
    """The policies of one account, and what was decided by them."""

    def __init__(self, account: str, progress: Any, faults: Faults):
        self._account = account
        self._progress = progress
        self._faults = faults
        self._lock = threading.Lock()
        #: How often each decision was made, by its role, action, resource and statements.
        self._record: dict[tuple[str, str, str, bool, tuple[str, ...]], int] = {}
        #: What deciding took of the processor, in seconds.
        self._seconds = 0.0
        #: Every statement that allows something to a role, by its name: as it was when somebody last took on a role.
        self._statements: dict[str, tuple[str, Statement]] = {}

    @_counted
    def check(self, principal: Principal, call: Call) -> None:
        """@raises AccessDenied for what the caller may not do"""
        if principal.role is not None or call.operation == "AssumeRole":
            for need in needs_of(call, self._account):
                self._require(principal, need, call.region)

    @_counted
    def require(self, principal: Principal, need: Need, region: str) -> None:
        """@raises AccessDenied for an action that the caller may not take"""
        self._require(principal, need, region)

    def _require(self, principal: Principal, need: Need, region: str) -> None:
        role = self._role(principal.role) if principal.role is not None else None
        if principal.role is not None and role is None:
            raise AccessDenied(f"the role {principal.role} is gone")
        context = self._context(
            region,
            {
                "aws:principalarn": [principal.role or principal.arn],
                "aws:principalaccount": [self._account],
                **{f"aws:principaltag/{key.lower()}": [value] for key, value in _tags(role).items()},
                **need.context,
            },
        )
        request = Request(principal.arn, principal.role, need.action, need.resource, context)
        identity = _bounded(role) if role else statements_of("administrator", _ADMINISTRATOR)
        self._decide(request, need, identity)

    @_counted
    def session(self, role: str, service: str, name: str) -> Principal:
        """A service that takes on a role. @raises AccessDenied where the role does not trust it"""
        self._note_statements()
        principal = Principal(
            f"arn:aws:sts::{self._account}:assumed-role/{role.rsplit('/', 1)[-1]}/{name}", role
        )
        need = Need("sts:AssumeRole", role, {"sts:externalid": [], "aws:sourceaccount": [self._account]})
        self._decide(Request(service, None, need.action, role, Context(need.context), service), need)
        if self._faults.outcome("role", role):
            raise AccessDenied(f"the role {role} is not known yet")
        return principal

    @_counted
    def require_service(
        self, service: str, need: Need, region: str, source: str, owner: bool = False
    ) -> None:
        """A service that acts in its own name for a rule or an alarm. @raises AccessDenied

        `owner` is said of services that tell SNS whose resource acts (`aws:SourceOwner`).
        """
        context = self._context(
            region,
            {
                "aws:principalisawsservice": ["true"],
                "aws:principalservicename": [service],
                "aws:sourceaccount": [self._account],
                "aws:sourcearn": [source],
                "aws:sourceowner": [self._account] if owner else [],
                **need.context,
            },
        )
        self._decide(Request(service, None, need.action, need.resource, context, service), need)

    def _decide(self, request: Request, need: Need, identity: Iterable[Statement] = ()) -> None:
        both = request.service is None and _needs_both(need.action, need.resource)
        try:
            decision = decide(request, identity, self._of_resource(need), both)
        except UnknownPolicy as error:
            decision = Decision(False, (), f"because the rehearsal does not know {error}")
        self._keep(request, decision)
        if not decision.allowed:
            self._deny(request, decision)

    def _context(self, region: str, more: dict[str, Sequence[str]]) -> Context:
        return Context(
            {
                "aws:securetransport": ["true"],
                "aws:sourceip": ["127.0.0.1"],
                "aws:principalarn": [],
                "aws:principalaccount": [],
                "aws:resourceaccount": [self._account],
                "aws:requestedregion": [region],
                "aws:viaawsservice": ["false"],
                "aws:principalisawsservice": ["false"],
                "aws:principalservicename": [],
                "aws:calledvia": [],
                "aws:sourceaccount": [],
                "aws:sourcearn": [],
                "aws:sourceowner": [],
                **more,
            }
        )

    def record(self) -> dict[str, Any]:
        """Every decision that was made for a role, and the statements of all roles with whether a call of theirs needed it."""
        with self._lock:
            found = sorted(self._record.items())
            statements = dict(self._statements)
        calls = []
        for (_, action, resource, allowed, names), _ in found:
            if allowed:
                own = [name for name in names if name in statements]
                other = [name for name in names if name not in statements]
                calls.append(Allowed(own, other, _needs_both(action, resource)))
        too_much = unneeded(statements, calls)
        return {
            "seconds": round(self._seconds, 3),
            "decisions": [
                {
                    "role": role,
                    "action": action,
                    "resource": resource,
                    "allowed": allowed,
                    "statements": list(names),
                    "times": times,
                }
                for (role, action, resource, allowed, names), times in found
            ],
            "statements": [
                {
                    "role": role,
                    "name": name,
                    "statement": statement.document,
                    "needed": name not in too_much,
                }
                for name, (role, statement) in sorted(statements.items())
            ],
        }

    def _note_statements(self) -> None:
        for role in list(self._iam.roles.values()):
            for statement in _identity(role):
                if statement.document["Effect"] == "Allow":
                    with self._lock:
                        self._statements[statement.name] = (role.name, statement)

    def _deny(self, request: Request, decision: Decision) -> None:
        about = f" on resource: {request.resource}" if request.resource else ""
        nearest = (
            f"; the nearest statement is {decision.nearest.name}: {decision.nearest.text}"
            if decision.nearest
            else ""
        )
        message = f"User: {request.principal} is not authorized to perform: {request.action}{about} {decision.reason}"
        self._progress(
            {
                "type": "denied",
                "principal": request.principal,
                "action": request.action,
                "resource": request.resource,
                "reason": f"{message}{nearest}",
            }
        )
        raise AccessDenied(message)

    def _keep(self, request: Request, decision: Decision) -> None:
        names = tuple(sorted(statement.name for statement in decision.statements))
        role = request.role or request.principal
        key = (role, request.action, request.resource or "?", decision.allowed, names)
        with self._lock:
            self._record[key] = self._record.get(key, 0) + 1

    def _role(self, arn: str) -> Role | None:
        return next((role for role in list(self._iam.roles.values()) if role.arn == arn), None)

    @property
    def _iam(self) -> Any:
        return iam_backends[self._account]["aws"]

    def _of_resource(self, need: Need) -> Iterable[Statement]:
        """The policy that a bucket, a role, a function, a topic or a key has of its own."""
        if need.resource is None:
            return []
        if need.resource.startswith("arn:aws:s3:::"):
            name = need.resource.removeprefix("arn:aws:s3:::").split("/")[0]
            bucket = s3_backends[self._account]["aws"].buckets.get(name)
            return (
                statements_of(f"policy of {name}", _text(bucket.policy)) if bucket and bucket.policy else []
            )
        _, _, service, region, _, *rest = [*need.resource.split(":"), *[""] * 5]
        if service == "lambda" and rest[0] == "function":
            functions, name = lambda_backends[self._account][region], rest[1]
            known = [item.function_name for item in functions.list_functions()]
            function = functions.get_function(name) if name in known else None
            own = {"Statement": function.policy.statements} if function and function.policy else None
            return statements_of(f"policy of {name}", own) if own else []
        if service == "sns":
            topic = sns_backends[self._account][region].topics.get(need.resource)
            return statements_of(f"policy of {topic.name}", topic.policy) if topic else []
        if service == "kms":
            key = kms_backends[self._account][region].keys.get(need.resource.rsplit("/", 1)[-1])
            return statements_of(f"policy of key {key.id}", key.policy) if key else []
        if need.action == "sts:AssumeRole":
            role = self._role(need.resource)
            return statements_of(f"trust of {role.name}", role.assume_role_policy_document) if role else []
        return []


def _needs_both(action: str, resource: str | None) -> bool:
    """Whether the resource's own policy must let in whom it does not name, beside the caller's policies."""
    return action == "sts:AssumeRole" or (action.startswith("kms:") and resource not in (None, "*"))


class Context(dict[str, Sequence[str]]):
    """A request's condition keys. A tag that was not named is a tag that is not there."""

    def __missing__(self, key: str) -> Sequence[str]:
        if key.startswith(("aws:principaltag/", "aws:requesttag/")):
            return []
        raise KeyError(key)


_ADMINISTRATOR = json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


def _identity(role: Role) -> Iterable[Statement]:
    for name, document in list(role.policies.items()):
        yield from statements_of(f"{role.name}/{name}", document)
    for policy in list(role.managed_policies.values()):
        document = next(
            item.document for item in policy.versions if item.version_id == policy.default_version_id
        )
        yield from statements_of(policy.name, document)


def _bounded(role: Role) -> Iterable[Statement]:
    if role.permissions_boundary:
        raise UnknownPolicy(f"permissions boundaries, as {role.name} has one")
    yield from _identity(role)


def _tags(role: Role | None) -> dict[str, str]:
    if role is None:
        return {}
    tags = role.tags or []
    return dict(tags) if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}


def _text(policy: Any) -> str:
    return policy.decode() if isinstance(policy, bytes) else policy
