"""Decides every call of a running in-memory AWS by the policies that lie in it, and keeps each decision."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.iam.models import Role, iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends

from aws.authorization.actions import Need, needs_of, topic_key_needs
from aws.authorization.conditions import Context, UnknownPolicy
from aws.authorization.policies import Decision, Request, Statement, decide, statements_of
from aws.calls import Call
from aws.faults import Faults
from aws.identities import ACCOUNT, Principal

_ADMINISTRATOR = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


class AccessDenied(Exception):
    """A call that its caller's policies do not allow, in IAM's words."""


class Authority:
    """The policies of the account, and what was decided by them."""

    def __init__(self, progress: Callable[[dict[str, Any]], None], faults: Faults):
        self._progress = progress
        self._faults = faults
        self._lock = threading.Lock()
        #: How often each decision was made, by its role, action, resource and statements.
        self._record: Counter[tuple[str, str, str, bool, tuple[str, ...]]] = Counter()
        #: Every statement that allows something to a role, by its name: as it was when somebody last took on a role.
        self._statements: dict[str, tuple[str, Statement]] = {}

    def check(self, principal: Principal, call: Call) -> None:
        """@raises AccessDenied for what the caller may not do"""
        if principal.role is not None or call.operation == "AssumeRole":
            for need in needs_of(call):
                self.require(principal, need, call.region)

    def require(self, principal: Principal, need: Need, region: str) -> None:
        """@raises AccessDenied for an action that the caller may not take"""
        role = _role(principal.role)
        if principal.role is not None and role is None:
            raise AccessDenied(f"the role {principal.role} is gone")
        context = {
            **_context(region),
            "aws:principalarn": [principal.role or principal.arn],
            "aws:principalaccount": [ACCOUNT],
            **{
                f"aws:principaltag/{tag['Key'].lower()}": [tag["Value"]]
                for tag in (role.tags if role else [])
            },
            **need.context,
        }
        request = Request(principal.arn, principal.role, need.action, need.resource, context)
        self._decide(request, _bounded(role) if role else statements_of("administrator", _ADMINISTRATOR))

    def session(self, role: str, service: str, name: str) -> Principal:
        """A service that takes on a role. @raises AccessDenied where the role does not trust it"""
        for known in _roles():
            for statement in _identity(known):
                if statement.document["Effect"] == "Allow":
                    with self._lock:
                        self._statements[statement.name] = (known.name, statement)
        context = {"sts:externalid": [], "aws:sourceaccount": [ACCOUNT]}
        self._decide(Request(service, None, "sts:AssumeRole", role, context, service))
        if self._faults.outcome("role", role):
            raise AccessDenied(f"the role {role} is not known yet")
        return Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rsplit('/', 1)[-1]}/{name}", role)

    def require_service(self, service: str, need: Need, region: str, source: str) -> None:
        """A service that acts in its own name for a resource. @raises AccessDenied"""
        context = {
            **_context(region),
            "aws:principalisawsservice": ["true"],
            "aws:principalservicename": [service],
            "aws:sourceaccount": [ACCOUNT],
            "aws:sourcearn": [source],
            # Only alarms tell SNS whose they are, by which the policy that a topic has by itself lets them in.
            "aws:sourceowner": [ACCOUNT] if service == "cloudwatch.amazonaws.com" else [],
            **need.context,
        }
        self._decide(Request(service, None, need.action, need.resource, context, service))

    def require_target(self, service: str, target: str, region: str, source: str) -> None:
        """A service that invokes a function or publishes to a topic for a rule or an alarm. @raises AccessDenied"""
        action = "sns:Publish" if ":sns:" in target else "lambda:InvokeFunction"
        for need in (Need(action, target), *topic_key_needs(target)):
            self.require_service(service, need, region, source)

    def record(self) -> dict[str, Any]:
        """Every decision that was made for a role, and the statements of all roles with whether a call of theirs needed it.

        A statement is needed where a call that was allowed would not be without it: where it alone allows it, or, for what
        both must allow, where it is the only one of the role's or of the resource's.
        """
        with self._lock:
            found, statements = sorted(self._record.items()), dict(self._statements)
        decisions, needed = [], set()
        for (role, action, resource, allowed, names), times in found:
            own = [name for name in names if name in statements]
            sides = [own, set(names) - set(own)] if _needs_both(action, resource) else [names]
            needed.update(name for side in sides if len(side) == 1 for name in side if allowed)
            decisions.append(
                {
                    "role": role,
                    "action": action,
                    "resource": resource,
                    "allowed": allowed,
                    "statements": list(names),
                    "times": times,
                }
            )
        return {
            "decisions": decisions,
            "statements": [
                {"role": role, "name": name, "statement": statement.document, "needed": name in needed}
                for name, (role, statement) in sorted(statements.items())
            ],
        }

    def _decide(self, request: Request, identity: Iterable[Statement] = ()) -> None:
        both = request.service is None and _needs_both(request.action, request.resource)
        try:
            decision = decide(request, identity, _of_resource(request), both)
        except UnknownPolicy as error:
            decision = Decision(False, (), f"because the rehearsal does not know {error}")
        names = tuple(sorted(statement.name for statement in decision.statements))
        role = request.role or request.principal
        with self._lock:
            self._record[role, request.action, request.resource or "?", decision.allowed, names] += 1
        if decision.allowed:
            return
        about = f" on resource: {request.resource}" if request.resource else ""
        nearest = f"; the nearest statement is {decision.nearest}" if decision.nearest else ""
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


def _context(region: str) -> Context:
    """The condition keys that every request has, and those that some have, which have no value in others."""
    absent = ("principalarn", "principalaccount", "principalservicename", "calledvia", "sourceaccount")
    return {
        **{f"aws:{key}": [] for key in (*absent, "sourcearn", "sourceowner")},
        "aws:securetransport": ["true"],
        "aws:sourceip": ["127.0.0.1"],
        "aws:resourceaccount": [ACCOUNT],
        "aws:requestedregion": [region],
        "aws:viaawsservice": ["false"],
        "aws:principalisawsservice": ["false"],
    }


def _needs_both(action: str, resource: str | None) -> bool:
    """Whether the resource's own policy must let in whom it does not name, beside the caller's policies."""
    return action == "sts:AssumeRole" or (action.startswith("kms:") and resource not in (None, "*"))


def _roles() -> list[Role]:
    return list(iam_backends[ACCOUNT]["aws"].roles.values())


def _role(arn: str | None) -> Role | None:
    return next((role for role in _roles() if role.arn == arn), None)


def _of_resource(request: Request) -> Iterable[Statement]:
    """The policy that a bucket, a role, a function, a topic or a key has of its own."""
    _, _, service, region, _, *rest = [*(request.resource or "").split(":"), *[""] * 5]
    if service == "s3":
        name = rest[0].split("/")[0]
        bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name)
        return statements_of(f"policy of {name}", bucket.policy) if bucket and bucket.policy else []
    if service == "lambda" and rest[0] == "function":
        functions, name = lambda_backends[ACCOUNT][region], rest[1]
        known = [item.function_name for item in functions.list_functions()]
        function = functions.get_function(name) if name in known else None
        own = function.policy.statements if function and function.policy else None
        return statements_of(f"policy of {name}", {"Statement": own}) if own else []
    if service == "sns":
        topic = sns_backends[ACCOUNT][region].topics.get(request.resource)
        return statements_of(f"policy of {topic.name}", topic.policy) if topic else []
    if service == "kms":
        key = kms_backends[ACCOUNT][region].keys.get(rest[0].rsplit("/", 1)[-1])
        return statements_of(f"policy of key {key.id}", key.policy) if key else []
    if request.action == "sts:AssumeRole":
        role = _role(request.resource)
        return statements_of(f"trust of {role.name}", role.assume_role_policy_document) if role else []
    return []


def _identity(role: Role) -> Iterator[Statement]:
    for name, document in list(role.policies.items()):
        yield from statements_of(f"{role.name}/{name}", document)
    for policy in list(role.managed_policies.values()):
        document = next(
            item.document for item in policy.versions if item.version_id == policy.default_version_id
        )
        yield from statements_of(policy.name, document)


def _bounded(role: Role) -> Iterator[Statement]:
    if role.permissions_boundary:
        raise UnknownPolicy(f"permissions boundaries, as {role.name} has one")
    yield from _identity(role)
