"""What would keep the container from running the archive's `code/`. Reads the source, runs nothing."""

import ast
from pathlib import Path

from imported_modules import defined_names

from serving_container.script_imports import missing_modules


def script_problems(model_dir: Path) -> list[str]:
    """What is wrong with `code/`, one line each."""
    code_dir = model_dir.resolve() / "code"
    misplaced = sorted(
        str(path.relative_to(model_dir.resolve()))
        for path in model_dir.resolve().rglob("code/inference.py")
        if path.parent != code_dir and code_dir not in path.parents
    )
    problems = [f"{path} never runs: the container looks for code/inference.py" for path in misplaced]
    if not (code_dir / "inference.py").is_file():
        return problems
    try:
        tree = ast.parse((code_dir / "inference.py").read_bytes(), "code/inference.py")
    except (SyntaxError, ValueError) as error:
        return [*problems, f"code/inference.py does not parse: {error}"]
    names = defined_names(tree)
    if not (names & {"*", "handler"} or {"input_handler", "output_handler"} <= names):
        problems.append("code/inference.py defines neither handler nor both input_handler and output_handler")
    return [*problems, *import_problems(model_dir)]


def import_problems(model_dir: Path) -> list[str]:
    """What `code/inference.py` imports and will not find, one line each."""
    code_dir = model_dir.resolve() / "code"
    ignored = (code_dir / "lib").is_dir() and (code_dir / "requirements.txt").is_file()
    problems = []
    for module, distribution in missing_modules(code_dir).items():
        way_out = (
            f"put {distribution} into code/lib/, since the container ignores code/requirements.txt beside it"
            if ignored
            else f"add the line {distribution} to code/requirements.txt"
        )
        problems.append(f"code/ imports {module}, which the inference image does not have: {way_out}")
    return problems
