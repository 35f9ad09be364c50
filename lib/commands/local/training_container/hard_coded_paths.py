"""Where code and its configuration name paths below /opt/ml, and what to write instead. Runs nothing."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from imported_modules import parsed

# Before it no part of a longer path or address, as in s3://bucket/opt/ml.
_PATH = re.compile(r"(?<![\w./])/opt/ml(?:/[\w.@+-]+)*(?![\w-])")

# Text files that a script may read paths from.
_CONFIGURATION = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".env", ".sh", ".txt")

# Nobody's configuration is longer; in bytes.
_LONGEST = 1024 * 1024

_VARIABLES = {
    "/opt/ml/model": "SM_MODEL_DIR",
    "/opt/ml/output/data": "SM_OUTPUT_DATA_DIR",
    "/opt/ml/output/intermediate": "SM_OUTPUT_INTERMEDIATE_DIR",
    "/opt/ml/output": "SM_OUTPUT_DIR",
    "/opt/ml/input/config": "SM_INPUT_CONFIG_DIR",
    "/opt/ml/input": "SM_INPUT_DIR",
}


class HardCodedPath(NamedTuple):
    """A path below /opt/ml, where it stands, and what to use instead of it."""

    where: str
    path: str
    instead: str


def paths_in_source(code: Path) -> list[HardCodedPath]:
    """The paths in the programs of a source directory, and in the files that they may read."""
    found = []
    for file in sorted(path for path in code.rglob("*") if path.is_file()):
        if file.suffix in (".py", *_CONFIGURATION) and file.stat().st_size <= _LONGEST:
            lines = (
                _texts(parsed(file) or ast.Pass())
                if file.suffix == ".py"
                else enumerate(file.read_text(errors="replace").splitlines(), 1)
            )
            name = file.relative_to(code).as_posix()
            found += [path for line, part in lines for path in _paths(f"{name}:{line}", part)]
    return found


def paths_in_values(values: Mapping[str, str]) -> list[HardCodedPath]:
    """The paths in hyperparameters or variables."""
    return [path for name, text in values.items() for path in _paths(name, text)]


def _paths(where: str, text: str) -> list[HardCodedPath]:
    return [HardCodedPath(where, match[0], _instead(match[0])) for match in _PATH.finditer(text)]


def _texts(tree: ast.AST) -> list[tuple[int, str]]:
    """The texts of a program, but for documentation and for what stands in for a variable that is set."""
    idle: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            idle.add(node.value)
        elif isinstance(node, ast.Call) and _reads_variable(node):
            idle.update(node.args[1:], (keyword.value for keyword in node.keywords))
    return sorted(
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in idle
    )


def _reads_variable(call: ast.Call) -> bool:
    """Whether it is `os.environ.get("SM_…", …)` or the like."""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.startswith("SM_")


def _instead(path: str) -> str:
    channel = re.match(r"/opt/ml/input/data/([^/]+)", path)
    if channel:
        return f"os.environ['SM_CHANNEL_{channel[1].upper()}']"
    for place, variable in _VARIABLES.items():
        if path == place or path.startswith(f"{place}/"):
            return f"os.environ['{variable}']"
    if path.startswith("/opt/ml/checkpoints"):
        return "the folder checkpoints beside os.environ['SM_MODEL_DIR']"
    if path.startswith("/opt/ml/code"):
        return "the working directory"
    return "the SM_* variable that names it"
