"""Metric definitions for what a script prints, each held against a sample of all its output."""

import ast
import contextlib
import itertools
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

from expressions import Expressions

# A number as Python prints it.
_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
# What makes a value a measure of the model, and what is counted or set.
_MEASURE = re.compile(
    r"loss|acc|auc|rmse|mse|mae|\br2\b|r2_|f1|precision|recall|score|error|\berr\b|perplexity|\bppl\b"
    r"|iou|dice|bleu|rouge|\bmap\b",
    re.I,
)
_NO_MEASURE = re.compile(
    r"epoch|step|iter|batch|time|sec|elapsed|\beta\b|\blr\b|learning.?rate|size|shape|path|file|count|len\(",
    re.I,
)
# With more values before it, a whole line would take long to look for.
_MAX_VALUES = 4
# CreateTrainingJob's limits.
_MAX_DEFINITIONS, _MAX_REGEX_LENGTH = 40, 500

# The words for the set of data that a measure is of.
_SETS = {"train": "train", "training": "train", "test": "test"}
_SETS |= dict.fromkeys(("valid", "val", "validation", "eval", "dev"), "validation")
_NO_NAME = {*_SETS, "set", "epoch", "the", "of", "on"}

# Stand for the values in what is printed: a character of those that Unicode leaves to us for each.
_FIRST = 0xF0000
_VALUE = re.compile("[\U000f0000-\U000ffffd]")

_PERCENT = re.compile(r"%(?:\((\w+)\))?([-+ #0]*[\d*]*(?:\.[\d*]+)?)[hlL]?([a-zA-Z%])")
_SEPARATOR = re.compile(r"[,;|\t([{]|\s-\s|\s{2,}")


class PrintedMetrics:
    """What a script prints, and the metrics that are read from it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        # Expressions as they are written, with their formats.
        self._values: list[tuple[str, str]] = []
        # Of libraries that print by themselves.
        self._known: list[tuple[str, str]] = []

    def add(self, arguments: list[ast.expr], expressions: Expressions, sep: Any, end: Any) -> None:
        """What `print` is given."""
        between, after = sep if isinstance(sep, str) else " ", end if isinstance(end, str) else "\n"
        self._add(between.join(self._text(node, expressions) for node in arguments) + after)

    def add_logged(self, arguments: list[ast.expr], expressions: Expressions) -> None:
        """What a logger is given: a text, and what it puts in later."""
        match arguments:
            case [ast.Constant(value=str(text)), *values] if values:
                self._add(self._percent(text, values))
            case [template, *_]:
                self._add(self._text(template, expressions))

    def add_known(self, name: str, before: str) -> None:
        """What a library prints: `before` matches what stands before the number."""
        self._known.append((name, before + _NUMBER))

    def definitions(self) -> list[dict[str, str]]:
        """The definitions, one for a name."""
        found: dict[str, str] = {}
        for name, regex in [*self._own(), *self._known]:
            if len(regex) <= _MAX_REGEX_LENGTH:
                found.setdefault(name, regex)
        return [{"name": name, "regex": regex} for name, regex in found.items()][:_MAX_DEFINITIONS]

    def _add(self, text: str) -> None:
        self._lines += [line for line in re.split(r"[\n\r]", text) if _VALUE.search(line)]

    def _own(self) -> Iterator[tuple[str, str]]:
        samples = [self._sample(line) for line in self._lines]
        for line in self._lines:
            for value in _VALUE.finditer(line):
                before, after = line[: value.start()], line[value.end() :]
                label = _label(before)
                # `41/60`: neither is a measure.
                fraction = "/" in (_VALUE.split(before)[-1].strip(), _VALUE.split(after)[0].strip())
                if not label or fraction or not self._measures(label, value[0]):
                    continue
                own = [self._sample(line[: value.end()])]
                for text in (before[before.rindex(label) :], before):
                    if len(_VALUE.findall(text)) > _MAX_VALUES:
                        continue
                    pattern = re.compile(
                        (r"\b" if re.match(r"\w", text, re.ASCII) else "") + _pattern(text) + _NUMBER
                    )
                    if _found(pattern, own) == [self._sample(value[0])] and len(_found(pattern, samples)) < 2:
                        yield metric_name(label, before), pattern.pattern
                        break

    def _measures(self, label: str, value: str) -> bool:
        expression, spec = self._values[ord(value) - _FIRST]
        if _NO_MEASURE.search(label) or not _MEASURE.search(f"{label} {expression}"):
            return False
        # Without a format it may be anything: then the label alone must say that it measures.
        return _has_decimals(spec) or bool(_MEASURE.search(label))

    def _sample(self, text: str) -> str:
        """A text as it would be printed: the values are numbers that tell them apart."""

        def shown(value: re.Match[str]) -> str:
            index = ord(value[0]) - _FIRST
            return f"{index + 1}.25" if _has_decimals(self._values[index][1]) else f"{index + 1}"

        return _VALUE.sub(shown, text)

    def _text(self, node: ast.expr, expressions: Expressions) -> str:
        """A formatted text, its values as characters."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(self._text(part, expressions) for part in parts)
            case ast.FormattedValue(value=value, format_spec=spec):
                parts = spec.values if spec else []
                return self._value(
                    value, "".join(str(p.value) if isinstance(p, ast.Constant) else "0" for p in parts)
                )
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._text(left, expressions) + self._text(right, expressions)
            case ast.Call(func=ast.Name(id="str"), args=[value]):
                return self._value(value)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                template = expressions.value(left)
                if isinstance(template, str):
                    return self._percent(template, right.elts if isinstance(right, ast.Tuple) else [right])
            case ast.Call(func=ast.Attribute(value=left, attr="format")):
                template = expressions.value(left)
                if isinstance(template, str):
                    with contextlib.suppress(ValueError):
                        return self._format(template, node)
            case ast.Name(id=name) if isinstance(expressions.bound.get(name), ast.JoinedStr):
                return self._text(expressions.bound[name], expressions)
        return self._value(node)

    def _value(self, written: ast.expr | str, spec: str = "") -> str:
        self._values.append((written if isinstance(written, str) else ast.unparse(written), spec))
        return chr(_FIRST + len(self._values) - 1)

    def _percent(self, template: str, values: list[ast.expr]) -> str:
        rest = iter(values)

        def shown(field: re.Match[str]) -> str:
            name, spec, kind = field.groups()
            spec = "" if kind in "sr" else f"{spec}{kind}"
            return "%" if kind == "%" else self._value(name or next(rest, ""), spec)

        return _PERCENT.sub(shown, template)

    def _format(self, template: str, call: ast.Call) -> str:
        given: dict[str | int | None, ast.expr] = {keyword.arg: keyword.value for keyword in call.keywords}
        given |= dict(enumerate(call.args))
        count = itertools.count()
        text = ""
        for literal, field, spec, _ in Formatter().parse(template):
            text += literal
            if field is not None:
                key = next(count) if field == "" else int(field) if field.isdigit() else field
                text += self._value(given.get(key, field), spec or "")
        return text


def _has_decimals(spec: str) -> bool:
    return bool(re.search(r"[eEfFgG%]$", spec))


def _label(before: str) -> str:
    """The words before a value, back to a separator; if there are none, those of the value before it."""
    for text in reversed(_VALUE.split(before)):
        for part in reversed(_SEPARATOR.split(text)):
            if words := re.search(r"[A-Za-z].*", part):
                return words[0]
    return ""


def metric_name(label: str, line: str = "") -> str:
    """A name in the form of `validation:accuracy`; its set may be named anywhere before it on its line."""
    sets = [_SETS[word] for word in _words(line or label) if word in _SETS]
    left = [word for word in _words(label) if word not in _NO_NAME]
    return (f"{sets[-1]}:" if sets else "") + ("-".join(left) or "value")


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9@]+", text.lower())


def _found(pattern: re.Pattern[str], lines: list[str]) -> list[str]:
    return [value for line in lines for value in pattern.findall(line)]


def escaped(text: str) -> str:
    """A text as a regular expression."""
    return re.sub(r"[\\^$.*+?()[\]{}|]", r"\\\g<0>", text)


def _pattern(text: str) -> str:
    """What matches a text with values in it. White space may be padding."""
    text = re.sub(r"\s+", r"\\s+", _VALUE.sub(".+?", escaped(text)))
    return re.sub(r"\\s\+$", r"\\s*", text)
