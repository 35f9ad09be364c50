"""What would keep the container from running the archive's `code/`. Reads the source, runs nothing."""

from pathlib import Path

from serving_container.script_imports import missing_modules


def code_problems(model_dir: Path) -> list[str]:
    """Where code would never run, and what `code/inference.py` imports and will not find, one line each."""
    model_dir = model_dir.resolve()
    code_dir = model_dir / "code"
    misplaced = sorted(
        str(path.relative_to(model_dir))
        for path in model_dir.rglob("code/inference.py")
        if path.parent != code_dir and code_dir not in path.parents
    )
    problems = [f"{path} never runs: the container looks for code/inference.py" for path in misplaced]
    ignored = (code_dir / "lib").is_dir() and (code_dir / "requirements.txt").is_file()
    for module, distribution in missing_modules(code_dir).items():
        way_out = (
            f"put {distribution} into code/lib/, since the container ignores code/requirements.txt beside it"
            if ignored
            else f"add the line {distribution} to code/requirements.txt"
        )
        problems.append(f"code/ imports {module}, which the inference image does not have: {way_out}")
    return problems
