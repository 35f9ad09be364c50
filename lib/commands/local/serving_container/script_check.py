"""What would keep the container from running the archive's `code/`. Reads the source, runs nothing."""

import sys
from pathlib import Path

from distributions import brought_by, distributions_of
from imported_modules import imported_modules

# What the TensorFlow inference images install, by the names that are imported: their Dockerfiles in
# aws/deep-learning-containers, read in November 2026. numpy is in some builds of 2.20 only: not counted on.
_IMAGE_MODULES = frozenset(
    """
    awscli boto3 botocore s3transfer jmespath dateutil six urllib3 requests certifi charset_normalizer idna
    packaging gevent greenlet zope falcon gunicorn grpc google tensorflow_serving Cython cython pyximport yaml
    colorama docutils rsa pyasn1 pip setuptools pkg_resources tfs_utils multi_model_utils python_service
    """.split()  # noqa: SIM905 a list of one a line is no table
)


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


def missing_modules(code_dir: Path) -> dict[str, str]:
    """The modules that the image lacks and `requirements.txt` does not bring, with what to add for each.

    What cannot be known, such as what an unknown distribution brings, counts as brought.
    """
    imported = imported_modules(code_dir, [code_dir / "inference.py"]) - _IMAGE_MODULES
    vendored = {path.name.split(".")[0] for path in (code_dir / "lib").glob("*")}
    missing = {
        name: distributions_of(name)[0] for name in sorted(imported - vendored - set(sys.stdlib_module_names))
    }
    # With a lib folder the container does not install them.
    file = code_dir / "requirements.txt"
    if not missing or (code_dir / "lib").is_dir() or not file.is_file():
        return missing
    brought = brought_by(file.read_text(errors="replace"))
    if brought is None:
        return {}
    return {name: first for name, first in missing.items() if not brought & set(distributions_of(name))}
