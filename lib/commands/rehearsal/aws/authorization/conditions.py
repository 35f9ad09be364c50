"""The conditions of policies. Source: IAM user guide, "IAM JSON policy elements: Condition operators"."""

from __future__ import annotations

import datetime
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
    try:
        return context[key.lower()]
    except KeyError:
        raise UnknownPolicy(f"the condition key {key}: nobody says what it is in this request") from None


def _condition(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    name, quantifier = operator, None
    if ":" in operator:
        quantifier, name = operator.split(":", 1)
        if quantifier not in ("ForAllValues", "ForAnyValue"):
            raise UnknownPolicy(f"the condition operator {operator}")
    values = values_of(context, key)
    if name == "Null":
        return all((not values) == _boolean(text) for text in wanted)
    optional = name.endswith("IfExists")
    compare, negated = _operator(name.removesuffix("IfExists"))
    if not values and quantifier == "ForAnyValue":
        return optional
    if not values:
        # A negated operator holds for a key that is not there, and so does everything about all of no values.
        return optional or negated or quantifier == "ForAllValues"
    filled = [text for text in (substituted(item, context) for item in wanted) if text is not None]

    def matches(value: str) -> bool:
        return any(compare(value, text) for text in filled) != negated

    return (
        all(map(matches, values))
        if quantifier == "ForAllValues" or negated and not quantifier
        else any(map(matches, values))
    )


def _operator(name: str) -> tuple[Callable[[str, str], bool], bool]:
    """How an operator compares the request's value with the policy's, and whether it says no where they agree."""
    negated = "Not" in name
    plain = name.replace("Not", "", 1)
    if plain not in _COMPARISONS or name not in (plain, *_NEGATIONS.get(plain, ())):
        raise UnknownPolicy(f"the condition operator {name}")
    return _COMPARISONS[plain], negated


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise UnknownPolicy(f"the condition value {text!r}, which is neither true nor false")
    return text.lower() == "true"


def _moment(text: str) -> datetime.datetime:
    if re.fullmatch(r"\d+", text):
        return datetime.datetime.fromtimestamp(int(text), datetime.timezone.utc)
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda value, wanted: compare(float(value), float(wanted))


def _dates(compare: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
    return lambda value, wanted: compare(_moment(value), _moment(wanted))


def _texts(values: Any) -> list[str]:
    return [
        ("true" if value else "false") if isinstance(value, bool) else str(value)
        for value in (values if isinstance(values, list) else [values])
    ]


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda value, wanted: value == wanted,
    "LessThan": lambda value, wanted: value < wanted,
    "LessThanEquals": lambda value, wanted: value <= wanted,
    "GreaterThan": lambda value, wanted: value > wanted,
    "GreaterThanEquals": lambda value, wanted: value >= wanted,
}
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: like(wanted, value),
    "ArnEquals": lambda value, wanted: arn_like(wanted, value),
    "ArnLike": lambda value, wanted: arn_like(wanted, value),
    "Bool": lambda value, wanted: _boolean(value) == _boolean(wanted),
    "BinaryEquals": lambda value, wanted: value == wanted,
    "IpAddress": lambda value, wanted: (
        ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    ),
    **{f"Numeric{name}": _numbers(compare) for name, compare in _ORDERS.items()},
    **{f"Date{name}": _dates(compare) for name, compare in _ORDERS.items()},
}
_NEGATIONS = {
    "StringEquals": ("StringNotEquals",),
    "StringEqualsIgnoreCase": ("StringNotEqualsIgnoreCase",),
    "StringLike": ("StringNotLike",),
    "ArnEquals": ("ArnNotEquals",),
    "ArnLike": ("ArnNotLike",),
    "NumericEquals": ("NumericNotEquals",),
    "DateEquals": ("DateNotEquals",),
    "IpAddress": ("NotIpAddress",),
}
