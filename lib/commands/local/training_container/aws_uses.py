"""Where a source asks AWS for something, and so needs credentials. Runs nothing of it."""

import ast
from pathlib import Path

from imported_modules import parsed

# Modules that do little else.
_MODULES = {"aiobotocore", "awswrangler", "boto3", "botocore", "s3fs", "sagemaker", "smart_open"}


def aws_uses(code: Path) -> list[str]:
    """Such as `train.py:3 imports s3fs`; one for each file."""
    found = []
    for file in sorted(code.rglob("*.py")):
        uses = (use for node in ast.walk(parsed(file) or ast.Pass()) for use in _uses(node))
        found += [f"{file.relative_to(code).as_posix()}:{line} {what}" for line, what in sorted(uses)[:1]]
    return found


def _uses(node: ast.AST) -> list[tuple[int, str]]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = [node.module]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("s3://"):
        return [(node.lineno, f"names {node.value}")]
    else:
        return []
    return [(node.lineno, f"imports {name}") for name in names if name.split(".")[0] in _MODULES]
