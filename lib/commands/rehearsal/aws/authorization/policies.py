"""Whether policies allow a request. Source: IAM user guide, "Policy evaluation logic", for callers of the same account.

Pure: policies and a request in, a decision with its reason out.
"""

from __future__ import annotations

import functools
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
    #: As JSON, so that statements can be compared and kept.
    text: str

    @property
    def document(self) -> dict[str, Any]:
        """Its elements."""
        return _parsed(self.text)

    @property
    def name(self) -> str:
        """What a person finds it by."""
        return f"{self.policy}#{self.document.get('Sid', self.index)}"


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


def statements_of(policy: str, document: str | dict[str, Any]) -> list[Statement]:
    """A policy's statements. @raises UnknownPolicy for elements that do not exist"""
    parsed = json.loads(document) if isinstance(document, str) else document
    listed = parsed["Statement"] if isinstance(parsed["Statement"], list) else [parsed["Statement"]]
    for statement in listed:
        unknown = statement.keys() - _ELEMENTS
        if unknown or statement.get("Effect") not in ("Allow", "Deny"):
            raise UnknownPolicy(f"{', '.join(sorted(unknown)) or 'Effect'} of a statement of {policy}")
    return [Statement(policy, index, json.dumps(item, sort_keys=True)) for index, item in enumerate(listed)]


def decide(
    request: Request, identity: Iterable[Statement], resource: Iterable[Statement] = (), both: bool = False
) -> Decision:
    """Decides by the policies of the caller and of the resource.

    In one account either suffices, but for what `both` is said of: a role's trust, which the caller's own policies must
    match unless the trust names the caller.
    """
    identity, resource = list(identity), list(resource)
    for statement in [*identity, *resource]:
        if statement.document["Effect"] == "Deny" and _matches(statement, request, statement in resource):
            return Decision(False, (statement,), f"with an explicit deny in {statement.name}")
    by_identity = [item for item in identity if _allows(item, request, False)]
    by_resource = [item for item in resource if _allows(item, request, True)]
    named = [item for item in by_resource if not _by_account(item, request)]
    if named or (by_identity and (by_resource or not both)):
        return Decision(True, tuple(by_identity + by_resource))
    lacking = resource if both and not by_resource else identity
    kind = "resource" if lacking is resource and both else "identity"
    return Decision(
        False,
        (),
        f"because no {kind}-based policy allows the {request.action} action",
        _nearest(lacking, request),
    )


def _allows(statement: Statement, request: Request, of_resource: bool) -> bool:
    return statement.document["Effect"] == "Allow" and _matches(statement, request, of_resource)


def _matches(statement: Statement, request: Request, of_resource: bool) -> bool:
    document = statement.document
    return (
        _principal(document, request, of_resource)
        and _action(document, request)
        and _resource(document, request)
        and holds(document.get("Condition", {}), request.context)
    )


def _action(document: dict[str, Any], request: Request) -> bool:
    if "NotAction" in document:
        return not any(like(item.lower(), request.action.lower()) for item in _listed(document["NotAction"]))
    return any(like(item.lower(), request.action.lower()) for item in _listed(document["Action"]))


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


def _principal(document: dict[str, Any], request: Request, of_resource: bool) -> bool:
    if not of_resource:
        return True
    if "NotPrincipal" in document:
        return not _is(document["NotPrincipal"], request)
    return _is(document.get("Principal", {}), request)


def _is(principals: Any, request: Request) -> bool:
    if principals == "*":
        return True
    for kind, values in principals.items():
        if kind not in ("AWS", "Service", "CanonicalUser", "Federated"):
            raise UnknownPolicy(f"the kind of principal {kind}")
        for value in _listed(values):
            if kind == "Service" and value == request.service:
                return True
            if kind == "AWS" and value == "*":
                return True
            if (
                kind == "AWS"
                and request.service is None
                and (value in (request.principal, request.role) or value in _account_names(request))
            ):
                return True
    return False


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


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> dict[str, Any]:
    return json.loads(text)
