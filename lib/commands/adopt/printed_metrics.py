"""Metric definitions for what a script prints."""

import ast
import contextlib
import re
from collections.abc import Iterator
from string import Formatter

from expressions import Expressions, dotted
from script import Call, Script

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

# `logger.info`, `tqdm.write`, `sys.stdout.write`.
_LOGS = re.compile(r"(^|_|\.)(log|logger|logging|LOG|LOGGER|stdout|stderr|tqdm)\.(info|warning|debug|write)$")
# Keras' fit takes what scikit-learn's does not.
_FIT = {"epochs", "validation_data", "validation_split", "batch_size", "callbacks"}
# What XGBoost measures where nothing is said, by the beginning of its objective.
_OBJECTIVES = {"binary:logi": "logloss", "multi:": "mlogloss"}
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# Stands for a value in what is printed.
_VALUE = "\0"
_PERCENT = re.compile(r"%(?:\(\w+\))?[^a-zA-Z%(]*[hlL]?[a-zA-Z%]")
_SEPARATOR = re.compile(r"[,;|\t([{]|\s-\s|\s{2,}")


def metric_definitions(script: Script) -> list[dict[str, str]]:
    """The definitions, one for a name."""
    lines = [line for call in script.calls for line in re.split(r"[\n\r]", _printed(call))]
    known = (each for call in script.calls for each in _of_libraries(call, script))
    found: dict[str, str] = {}
    for name, regex in [*_of_lines(lines), *known]:
        if len(regex) <= _MAX_REGEX_LENGTH:
            found.setdefault(name, regex)
    return [{"name": name, "regex": regex} for name, regex in found.items()][:_MAX_DEFINITIONS]


def _of_libraries(call: Call, script: Script) -> Iterator[tuple[str, str]]:
    """What a library prints by itself."""
    function = call.name.rpartition(".")[2]
    if function in ("fit", "fit_generator") and _FIT & call.given.keys() and call.value("verbose") != 0:
        validated = {"validation_data", "validation_split"} & call.given.keys()
        for metric in ["loss", *_compiled(call.source.tree)]:
            yield f"train:{metric}", f" - {_escaped(metric)}: {_NUMBER}"
            if validated:
                yield f"validation:{metric}", f" - val_{_escaped(metric)}: {_NUMBER}"
    elif function in ("Trainer", "Seq2SeqTrainer", "SFTTrainer"):
        yield "train:loss", f"'loss': '?{_NUMBER}"
        if "eval_dataset" in call.given:
            yield "validation:loss", f"'eval_loss': '?{_NUMBER}"
    elif call.name in ("xgb.train", "xgboost.train"):
        measure = _boosted(script)
        for pair in getattr(call.source.expressions.resolved(call.given.get("evals")), "elts", []):
            match pair:
                case ast.Tuple(elts=[_, ast.Constant(value=str(name))]):
                    yield _metric_name(f"{name} {measure}"), rf"\b{_escaped(name)}-{measure}:{_NUMBER}"


def _boosted(script: Script) -> str:
    """What XGBoost measures: the `eval_metric` that is said, or what goes with the objective."""
    for _, node in script.nodes:
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            match key, value:
                case ast.Constant(value="eval_metric"), ast.Constant(value=str(measure)):
                    return measure
    return next((measure for start, measure in _OBJECTIVES.items() if any(script.texts(start))), "rmse")


def _compiled(tree: ast.Module) -> Iterator[str]:
    """The metrics that a Keras model is compiled with, as Keras calls them in its lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("compile"):
            given = [keyword.value for keyword in node.keywords if keyword.arg == "metrics"]
            for metric in getattr(given[0], "elts", []) if given else []:
                match metric, [each.value for each in getattr(metric, "keywords", []) if each.arg == "name"]:
                    case (ast.Constant(value=str(name)), _) | (_, [ast.Constant(value=str(name))]):
                        yield name
                    case ast.Call(func=func), _:
                        yield _CAPITAL.sub("_", dotted(func).rpartition(".")[2]).lower()


def _of_lines(lines: list[str]) -> Iterator[tuple[str, str]]:
    """What measures the model, in lines with a character in the place of each value."""
    found = [(line[:at], line[at + 1 :]) for line in lines for at, each in enumerate(line) if each == _VALUE]
    for before, after in found:
        label = _label(before)
        # `41/60`: neither is a measure.
        fraction = "/" in (before.split(_VALUE)[-1].strip(), after.split(_VALUE)[0].strip())
        if fraction or not _MEASURE.search(label) or _NO_MEASURE.search(label):
            continue
        for text in (before[before.rindex(label) :], before):
            pattern = (r"\b" if re.match(r"\w", text, re.ASCII) else "") + _pattern(text)
            is_alone = sum(bool(re.search(pattern + "$", each)) for each, _ in found) == 1
            if is_alone and text.count(_VALUE) <= _MAX_VALUES:
                yield _metric_name(label, before), pattern + _NUMBER
                break


def _printed(call: Call) -> str:
    """What a call prints."""
    expressions, arguments = call.source.expressions, call.node.args
    if call.name == "print":
        elsewhere = "file" in call.given and not dotted(call.given["file"]).startswith("sys.std")
        return "" if elsewhere else " ".join(_text(each, expressions) for each in arguments)
    if not _LOGS.search(call.name) or not arguments:
        return ""
    text = expressions.value(arguments[0])
    return _percent(text) if isinstance(text, str) else _text(arguments[0], expressions)


def _text(node: ast.expr, expressions: Expressions) -> str:
    """A formatted text, a character in the place of each value."""
    match expressions.resolved(node):
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, expressions) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, expressions) + _text(right, expressions)
        case ast.BinOp(left=left, op=ast.Mod()) if isinstance(text := expressions.value(left), str):
            return _percent(text)
        case ast.Call(func=ast.Attribute(value=left, attr="format")):
            if isinstance(text := expressions.value(left), str):
                with contextlib.suppress(ValueError):
                    fields = Formatter().parse(text)
                    return "".join(part + (_VALUE if name is not None else "") for part, name, *_ in fields)
    return _VALUE


def _percent(template: str) -> str:
    return _PERCENT.sub(lambda field: "%" if field[0].endswith("%") else _VALUE, template)


def _label(before: str) -> str:
    """The words before a value, back to a separator; if there are none, those of the value before it."""
    for text in reversed(before.split(_VALUE)):
        for part in reversed(_SEPARATOR.split(text)):
            if words := re.search(r"[A-Za-z].*", part):
                return words[0]
    return ""


def _metric_name(label: str, line: str = "") -> str:
    """A name in the form of `validation:accuracy`; its set may be named anywhere before it on its line."""
    sets = [_SETS[word] for word in _words(line or label) if word in _SETS]
    left = [word for word in _words(label) if word not in _NO_NAME]
    return (f"{sets[-1]}:" if sets else "") + ("-".join(left) or "value")


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9@]+", text.lower())


def _escaped(text: str) -> str:
    """A text as a regular expression."""
    return re.sub(r"[\\^$.*+?()[\]{}|]", r"\\\g<0>", text)


def _pattern(text: str) -> str:
    """What matches a text with values in it. White space may be padding."""
    text = re.sub(r"\s+", r"\\s+", _escaped(text).replace(_VALUE, ".+?"))
    return re.sub(r"\\s\+$", r"\\s*", text)
