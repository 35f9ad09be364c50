"""An argument of a script's command line: the hyperparameter that it becomes, or why it becomes none."""

import ast
import math
import re

from expressions import UNKNOWN, Expressions, dotted, variable_read

# Words by which an argument is a folder or a file, and what takes the place of its default.
_PATH = re.compile(
    r"(^|[-_])(dir|directory|folder|path|root|data|dataset|train|test|valid|validation|output|out)$", re.I
)
_VARIABLES = {
    r"model|save|checkpoint|^out|output": "SM_MODEL_DIR",
    r"valid|^val": "SM_CHANNEL_VALIDATION",
    r"test": "SM_CHANNEL_TEST",
    r"": "SM_CHANNEL_TRAINING",
}
_ABSL = re.compile(r"(^|\.)DEFINE_(integer|float|string|enum|(bool)(ean)?)$")
_READ_BOOLEAN = "type=lambda text: text == 'True'"


class ScriptArgument:
    """An argument of argparse, click or absl."""

    def __init__(
        self, flags: list[str], keywords: dict[str | None, ast.expr], expressions: Expressions
    ) -> None:
        default = keywords.get("default")
        given = {name: expressions.value(value) for name, value in keywords.items()}
        self.flags = flags
        # UNKNOWN where only a run tells it.
        self.default = given.get("default")
        # Also as in `int(os.environ[…])`.
        inner = default.args[0] if isinstance(default, ast.Call) and len(default.args) == 1 else default
        self.from_environment = bool(variable_read(default) or variable_read(inner))
        # The hyperparameter's name: SageMaker puts the dashes before it. And as the script knows it.
        self.name = next((flag for flag in flags if flag.startswith("--")), flags[0]).lstrip("-")
        self.attribute = given["dest"] if isinstance(given.get("dest"), str) else self.name.replace("-", "_")
        self._type = ast.unparse(keywords["type"]) if "type" in keywords else ""
        self._is_required = given.get("required") is True
        self._takes_several = bool({"nargs", "multiple"} & given.keys())
        action = ast.unparse(keywords["action"]) if "action" in keywords else ""
        self._takes_none = given.get("is_flag") is True or bool(
            re.match(r"'(store_|count|version|append)|.*BooleanOptionalAction", action)
        )
        self._is_named_path = bool(_PATH.search(self.attribute))

    @property
    def is_hyperparameter(self) -> bool:
        """Whether its default can be one's value."""
        known = isinstance(self.default, str | int | float) and self.default != ""
        finite = not isinstance(self.default, float) or math.isfinite(self.default)
        return known and finite and not self.from_environment and not self._is_path

    @property
    def _is_path(self) -> bool:
        """Whether it is a folder or a file: a text that is called so, or that looks so."""
        text = self.default if isinstance(self.default, str) else None
        looks = text is not None and (self._is_named_path or bool(re.search(r"[/\\]", text)))
        return looks or self._type in ("Path", "pathlib.Path")

    def problem(self) -> tuple[str, bool] | None:
        """Why it is no hyperparameter, and whether the job fails by it; None if there is nothing to say."""
        shown = self.flags[-1]

        def left_out(takes: str, way_out: str, fails: bool = False) -> tuple[str, bool]:
            return f"{shown} takes {takes}, so it is left out; {way_out}", fails

        if self.from_environment:
            return None
        if not self.flags[0].startswith("-"):
            way_out = f"SageMaker passes `--name value`: call it '--{shown}'"
            return f"'{shown}' is given by its position; {way_out}", True
        if self._takes_none:
            takes = "no value, and SageMaker passes one with each hyperparameter"
            return left_out(takes, f"with {_READ_BOOLEAN} it could be one")
        if self._type == "bool" or (not self._type and isinstance(self.default, bool)):
            return left_out("every text for true, 'False' too", f"{_READ_BOOLEAN} reads a hyperparameter")
        if self._takes_several:
            takes = "several values, and a hyperparameter is one"
            return left_out(takes, "give one text and split it", self._is_required)
        if (self._is_path and self.default is not UNKNOWN) or (self._is_required and self._is_named_path):
            there = f", '{self.default}'" if isinstance(self.default, str) else ""
            if there.startswith((", '/opt/ml/", ", '/tmp")):
                return None
            variable = next(
                name for words, name in _VARIABLES.items() if re.search(words, self.attribute, re.I)
            )
            way_out = f"default=os.environ.get('{variable}'{there}) works there and here"
            return f"{shown} is a path{there}, that a job has not; {way_out}", True
        if self._is_required and self.default in (None, UNKNOWN):
            return f"{shown} is required and has no default: add it to hyperparameters", True
        return None


def script_argument(node: ast.Call, expressions: Expressions) -> ScriptArgument | None:
    """What a call of argparse, click or absl declares; None for another call."""
    name = dotted(node.func)
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    absl = _ABSL.search(name)
    if absl and texts and len(node.args) > 1:
        keywords |= {"default": node.args[1], "is_flag": ast.Constant(bool(absl[3]))}
        return ScriptArgument([f"--{texts[0]}"], keywords, expressions)
    flags = [text.split("/")[0] for text in texts]
    sound = len(flags) == len(node.args) and all(re.match(r"-{0,2}[A-Za-z]", flag) for flag in flags)
    # `names.add("x")` of a set is no argument.
    is_added = name == "add" and flags and (flags[0].startswith("-") or keywords)
    if flags and sound and (is_added or re.search(r"(^|\.)(add_argument|option)$", name)):
        return ScriptArgument(flags, keywords, expressions)
    return None
