"""Whether policies allow a request. Source: IAM user guide, "Policy evaluation logic", for callers of the same account.

Pure: policies and a request in, a decision with its reason out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aws.authorization.conditions import Context, UnknownPolicy, arn_like, holds, like, substituted

_ELEMENTS = {
    "Action", "Condition", "Effect", "NotAction", "NotPrincipal", "NotResource", "Principal", "Resource", "Sid"
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One action on one resource by one caller."""

    #: ARN of the session, or of the account's root.
    principal: str
    #: ARN of the role whose session it is, if it is one.
    role: str | None
    #: Such as s3:GetObject.
    action: str
    #: An ARN; "*" for an action that names none; None where nobody knows what the action is about.
    resource: str | None
    context: Context = field(default_factory=dict)
    #: Such as sagemaker.amazonaws.com, for what a service asks in its own name.
    service: str | None = None


@dataclass(frozen=True)
class Statement:
    """One statement, and where it stands."""

    policy: str
    index: int
    #: Its elements.
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """What a person finds it by."""
        return f"{self.policy}#{self.document.get('Sid', self.index)}"

    def __str__(self) -> str:
        return f"{self.name}: {json.dumps(self.document, sort_keys=True)}"


@dataclass(frozen=True)
class Decision:
    """What the policies say."""

    allowed: bool
    #: The statements that allow it, or the one that denies it.
    statements: tuple[Statement, ...]
    #: Why not, in IAM's words; "" for an allowed request.
    reason: str = ""
    #: Of those that do not allow it, the one that comes nearest.
    nearest: Statement | None = None


def statements_of(policy: str, document: str | bytes | dict[str, Any]) -> list[Statement]:
    """A policy's statements. @raises UnknownPolicy for elements that do not exist"""
    parsed = document if isinstance(document, dict) else json.loads(document)
    listed = _listed(parsed["Statement"])
    for statement in listed:
        unknown = statement.keys() - _ELEMENTS
        if unknown or statement.get("Effect") not in ("Allow", "Deny"):
            raise UnknownPolicy(f"{', '.join(sorted(unknown)) or 'Effect'} of a statement of {policy}")
    return [Statement(policy, index, item) for index, item in enumerate(listed)]


def decide(
    request: Request, identity: Iterable[Statement], resource: Iterable[Statement] = (), both: bool = False
) -> Decision:
    """Decides by the policies of the caller and of the resource.

    In one account either suffices, but for what `both` is said of: a role's trust, which the caller's own policies must
    match unless the trust names the caller.
    """
    identity, resource = list(identity), list(resource)
    by_identity = [item for item in identity if _matches(item, request)]
    by_resource = [
        item for item in resource if _principal(item.document, request) and _matches(item, request)
    ]
    for statement in by_identity + by_resource:
        if statement.document["Effect"] == "Deny":
            return Decision(False, (statement,), f"with an explicit deny in {statement.name}")
    named = [item for item in by_resource if not _by_account(item, request)]
    if named or (by_identity and (by_resource or not both)):
        return Decision(True, tuple(by_identity + by_resource))
    kind, lacking = ("resource", resource) if both and not by_resource else ("identity", identity)
    reason = f"because no {kind}-based policy allows the {request.action} action"
    return Decision(False, (), reason, _nearest(lacking, request))


def _matches(statement: Statement, request: Request) -> bool:
    document = statement.document
    return (
        _action(document, request)
        and _resource(document, request)
        and holds(document.get("Condition", {}), request.context)
    )


def _action(document: dict[str, Any], request: Request) -> bool:
    patterns = _listed(document.get("Action", document.get("NotAction")))
    found = any(like(item.lower(), request.action.lower()) for item in patterns)
    return found != ("NotAction" in document)


def _resource(document: dict[str, Any], request: Request) -> bool:
    if "Resource" not in document and "NotResource" not in document:
        # A trust policy is about the role that it belongs to.
        return True
    patterns = _listed(document.get("Resource", document.get("NotResource")))
    if "NotResource" not in document and "*" in patterns:
        return True
    if request.resource is None:
        raise UnknownPolicy(f"what {request.action} is about: the rehearsal has no resource for it")
    filled = [text for text in (substituted(item, request.context) for item in patterns) if text is not None]
    found = any(item == "*" or arn_like(item, request.resource) for item in filled)
    return found != ("NotResource" in document)


def _principal(document: dict[str, Any], request: Request) -> bool:
    """Whether a statement of a resource's policy is about the caller."""
    principals = document.get("NotPrincipal", document.get("Principal", {}))
    return _is(principals, request) != ("NotPrincipal" in document)


def _is(principals: Any, request: Request) -> bool:
    if principals == "*":
        return True
    unknown = principals.keys() - {"AWS", "Service", "CanonicalUser", "Federated"}
    if unknown:
        raise UnknownPolicy(f"the kind of principal {', '.join(unknown)}")
    if request.service is not None:
        own = {request.service} & set(_listed(principals.get("Service", [])))
        return bool(own) or "*" in _listed(principals.get("AWS", []))
    callers = {"*", request.principal, request.role, *_account_names(request)}
    return bool(callers & set(_listed(principals.get("AWS", []))))


def _by_account(statement: Statement, request: Request) -> bool:
    """Whether a statement trusts the caller's whole account, which leaves the rest to the caller's own policies."""
    principals = statement.document.get("Principal")
    if request.service is not None or not isinstance(principals, dict):
        return False
    own = {value for values in principals.values() for value in _listed(values)}
    return not own & {"*", request.principal, request.role} and bool(own & _account_names(request))


def _account_names(request: Request) -> set[str]:
    parts = request.principal.split(":")
    return {parts[4], f"arn:{parts[1]}:iam::{parts[4]}:root"}


def _nearest(statements: list[Statement], request: Request) -> Statement | None:
    """The statement that fails last: at its conditions, else at its resource, else at its action's service."""

    def depth(statement: Statement) -> int:
        document = statement.document
        if document["Effect"] == "Deny":
            return 0
        if not _action(document, request):
            service = request.action.split(":")[0]
            return int(any(item.startswith(f"{service}:") for item in _listed(document.get("Action", []))))
        return 3 if _resource(document, request) else 2

    ranked = sorted(statements, key=depth, reverse=True)
    return ranked[0] if ranked and depth(ranked[0]) > 0 else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
