"""Whether a script has the handlers that its container asks for. Reads the source, runs nothing."""

import ast
from pathlib import Path

from imported_modules import defined_names

from handler_container.frameworks import Framework

# What the toolkits look for where nothing is said.
_DEFAULT_PROGRAM = "inference.py"
_PARTS = ("input_fn", "predict_fn", "output_fn")


def handler_problems(framework: Framework, code_dir: Path, program: str) -> list[str]:
    """What is wrong with the script that serves, one line each."""
    path = code_dir / program
    if not path.is_file():
        # The toolkits take their own handlers in the place of a script that is not there: no error tells it.
        by_itself = framework.model_fn and program == _DEFAULT_PROGRAM
        place = "the folder code of the archive" if framework.model_fn else "the source"
        return [] if by_itself else [f"{program}, the script with model_fn, is not in {place}"]
    try:
        tree = ast.parse(path.read_bytes(), program)
    except (SyntaxError, ValueError) as error:
        return [f"{program} does not parse: {error}"]
    names = defined_names(tree)
    if "*" in names:
        return []
    problems = []
    if framework.model_fn is None and "model_fn" not in names:
        problems.append(f"{program} defines no model_fn(model_dir), which loads the model for the endpoint")
    if "transform_fn" in names and (both := [name for name in _PARTS if name in names]):
        problems.append(f"{program} defines transform_fn and {', '.join(both)}: the container takes one kind")
    if framework.predict_fn is None and not names & {"predict_fn", "transform_fn"}:
        problems.append(f"{program} defines no predict_fn(data, model)")
    return problems
