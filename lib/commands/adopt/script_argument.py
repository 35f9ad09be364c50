"""An argument of a script's command line: the hyperparameter that it becomes, or why it becomes none."""

import ast
import math
import re

from expressions import UNKNOWN, Expressions, dotted, variable_read

# Words by which an argument is a folder or a file.
_PATH = re.compile(
    r"(^|[-_])(dir|directory|folder|path|root|data|dataset|train|test|valid|validation|output|out)$", re.I
)
_MODEL = re.compile(r"model|save|checkpoint|^out|output", re.I)


class ScriptArgument:
    """An argument of argparse, click or absl."""

    def __init__(self, flags: list[str], given: dict[str | None, ast.expr], expressions: Expressions) -> None:
        self._flags = flags
        # SageMaker puts the dashes before it.
        self.name = next((flag for flag in flags if flag.startswith("--")), flags[0]).lstrip("-")
        # UNKNOWN where only a run tells it.
        self.default = expressions.value(given.get("default"))
        self._type, action = (ast.unparse(given[key]) if key in given else "" for key in ("type", "action"))
        self._is_required = expressions.value(given.get("required")) is True
        self._is_from_environment = any(map(variable_read, ast.walk(given.get("default", ast.Pass()))))
        is_switch = expressions.value(given.get("is_flag")) is True
        self._takes_none = is_switch or bool(re.match(r"'(store_|count|version|append)|.*Boolean", action))
        self._is_true_or_false = self._type == "bool" or (not self._type and isinstance(self.default, bool))
        is_named_path = bool(_PATH.search(self.name))
        looks = isinstance(self.default, str) and (is_named_path or bool(re.search(r"[/\\]", self.default)))
        self._is_path = looks or self._type.endswith("Path") or (self._is_required and is_named_path)

    @property
    def is_hyperparameter(self) -> bool:
        """Whether its default can be one's value."""
        known = isinstance(self.default, str | int | float) and self.default != ""
        finite = not isinstance(self.default, float) or math.isfinite(self.default)
        return known and finite and not self._is_from_environment and not self._is_path

    def problem(self) -> tuple[str, bool] | None:
        """Why it is no hyperparameter, and whether the job fails by it; None if there is nothing to say."""
        shown = self._flags[-1]
        if self._is_from_environment:
            return None
        if not shown.startswith("-"):
            way_out = f"SageMaker passes `--name value`: call it '--{shown}'"
            return f"'{shown}' is given by its position; {way_out}", True
        if self._takes_none or self._is_true_or_false:
            takes = "no value, and SageMaker passes one" if self._takes_none else "every text for true"
            way_out = "with type=lambda text: text == 'True' it could be a hyperparameter"
            return f"{shown} takes {takes}, so it is left out; {way_out}", False
        if self._is_path and (self._is_required or self.default is not UNKNOWN):
            there = f", '{self.default}'" if isinstance(self.default, str) else ""
            if there.startswith((", '/opt/ml/", ", '/tmp")):
                return None
            variable = "SM_MODEL_DIR" if _MODEL.search(self.name) else "SM_CHANNEL_TRAINING"
            way_out = f"default=os.environ.get('{variable}'{there}) works there and here"
            return f"{shown} is a path{there}, that a job has not; {way_out}", True
        if self._is_required and self.default in (None, UNKNOWN):
            return f"{shown} is required and has no default: add it to hyperparameters", True
        return None


def script_argument(node: ast.Call, expressions: Expressions) -> ScriptArgument | None:
    """What a call of argparse, click or absl declares; None for another call."""
    name = dotted(node.func).rpartition(".")[2]
    texts = [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
    if re.fullmatch(r"DEFINE_(integer|float|string|enum)", name) and texts and len(node.args) > 1:
        return ScriptArgument([f"--{texts[0]}"], {"default": node.args[1]}, expressions)
    # `names.add("x")` of a set is no argument.
    flag = r"-{0,2}[A-Za-z][\w-]*" if name == "add_argument" else r"--?[A-Za-z][\w-]*"
    sound = len(texts) == len(node.args) > 0 and all(re.fullmatch(flag, text) for text in texts)
    if name in ("add_argument", "add", "option") and sound:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        return ScriptArgument(texts, given, expressions)
    return None
