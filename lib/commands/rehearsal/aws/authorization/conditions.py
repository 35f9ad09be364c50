"""The conditions of policies. Source: IAM user guide, "IAM JSON policy elements: Condition operators"."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: What is known of a request, by the lower-cased key; an empty list is a key that the request does not have.
Context = Mapping[str, Sequence[str]]


class UnknownPolicy(Exception):
    """Something in a policy or a request that this evaluator does not know: no yes, and no silent no."""


def holds(conditions: Mapping[str, Any], context: Context) -> bool:
    """Whether all conditions of a statement hold."""
    return all(
        _condition(operator, key, _texts(values), context)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def like(pattern: str, value: str) -> bool:
    """Whether a text matches a pattern of * and ?."""
    parts = (
        ".*" if part == "*" else "." if part == "?" else re.escape(part)
        for part in re.split(r"([*?])", pattern)
    )
    return re.fullmatch("".join(parts), value, re.DOTALL) is not None


def arn_like(pattern: str, value: str) -> bool:
    """Whether an ARN matches a pattern: each of its six parts by itself."""
    patterns, values = pattern.split(":", 5), value.split(":", 5)
    return len(patterns) == len(values) and all(map(like, patterns, values))


def substituted(text: str, context: Context) -> str | None:
    """A text with its policy variables filled in; None where the request has no value, which matches nothing."""
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = match[1].partition(",")
        if name in ("*", "?", "$"):
            # A literal; no resource of a rehearsal has one in its name, so that none is a wildcard by mistake.
            raise UnknownPolicy(f"the policy variable ${{{name}}}")
        found = values_of(context, name.strip())
        if found:
            return found[0]
        missing = missing or not default
        return default.strip(" '")

    filled = re.sub(r"\$\{([^}]*)\}", value, text)
    return None if missing else filled


def values_of(context: Context, key: str) -> Sequence[str]:
    """The values of a condition key."""
    name = key.lower()
    # A tag that was not named is a tag that is not there.
    if name not in context and not name.startswith(("aws:principaltag/", "aws:requesttag/")):
        raise UnknownPolicy(f"the condition key {key}: nobody says what it is in this request")
    return context.get(name, [])


def _condition(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    quantifier, _, name = operator.rpartition(":")
    values = values_of(context, key)
    if name == "Null" and not quantifier:
        return all((not values) == _boolean(text) for text in wanted)
    optional, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    plain = _NEGATIONS.get(name, name)
    if plain not in _COMPARISONS or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise UnknownPolicy(f"the condition operator {operator}")
    compare, negated = _COMPARISONS[plain], plain != name
    # A negated operator holds for a key that is not there, and so does everything about all of no values.
    every = quantifier == "ForAllValues" or (negated and not quantifier)
    if not values:
        return optional or every
    filled = [text for text in (substituted(item, context) for item in wanted) if text is not None]
    agreed = (any(compare(value, text) for text in filled) != negated for value in values)
    return all(agreed) if every else any(agreed)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise UnknownPolicy(f"the condition value {text!r}, which is neither true nor false")
    return text.lower() == "true"


def _texts(values: Any) -> list[str]:
    return [
        ("true" if value else "false") if isinstance(value, bool) else str(value)
        for value in (values if isinstance(values, list) else [values])
    ]


#: How an operator compares the request's value with the policy's.
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: like(wanted, value),
    "ArnEquals": lambda value, wanted: arn_like(wanted, value),
    "ArnLike": lambda value, wanted: arn_like(wanted, value),
    "Bool": lambda value, wanted: _boolean(value) == _boolean(wanted),
    "IpAddress": lambda value, wanted: (
        ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    ),
    "NumericEquals": lambda value, wanted: float(value) == float(wanted),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "NumericLessThanEquals": lambda value, wanted: float(value) <= float(wanted),
    "NumericGreaterThan": lambda value, wanted: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda value, wanted: float(value) >= float(wanted),
}
#: Operators that say no where these agree.
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "NotIpAddress": "IpAddress",
}
