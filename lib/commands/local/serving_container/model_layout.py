"""Where the serving container finds the models in an unpacked model.tar.gz. Needs no TensorFlow."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

# serve.py of the container: the model whose requests name none.
DEFAULT_MODEL_NAME = "SAGEMAKER_TFS_DEFAULT_MODEL_NAME"

_LISTED_FILES = 8
# TensorFlow Serving keeps version numbers in 64 bits.
_LARGEST_VERSION = 2**63 - 1


class ModelError(Exception):
    """A model directory that the serving container would not serve; the message is one line for a person."""


@dataclass(frozen=True)
class Model:
    """A model that is served: its name, and the SavedModel's folder of each version."""

    name: str
    versions: Mapping[int, Path]


def find_models(model_dir: Path, environment: Mapping[str, str] = os.environ) -> list[Model]:
    """The archive's models with all their versions, the default one first.

    A model is a folder whose children with numeric names hold `saved_model.pb`: the archive's root (named
    `model`, the container's own folder) or a folder at any depth (`export/Servo/1` is model `Servo`).

    Raises ModelError, saying what was found and what is expected.
    """
    if not model_dir.is_dir():
        raise ModelError(f"no model directory {model_dir}: expected an unpacked model.tar.gz")
    model_dir = model_dir.resolve()
    paths = sorted(model_dir.rglob("*"))
    links = [path for path in paths if path.is_symlink()]
    if links:
        raise ModelError(
            f"links in the archive ({_listed(links, model_dir)}): SageMaker does not extract it for an "
            "endpoint; write the files themselves into SM_MODEL_DIR"
        )
    saved_models = [path.parent for path in paths if path.name == "saved_model.pb" and path.is_file()]
    bases = sorted({path.parent for path in saved_models if path != model_dir and _is_version(path.name)})
    if not bases:
        raise ModelError(_nothing_found(model_dir, saved_models))
    named = {"model" if base == model_dir else base.name: base for base in bases}
    if len(named) < len(bases):
        raise ModelError(f"several models of one name: {_listed(bases, model_dir)}; rename one")
    wanted = environment.get(DEFAULT_MODEL_NAME)
    if wanted is None and len(named) > 1:
        raise ModelError(
            f"several models in the archive ({', '.join(sorted(named))}), and which of them answers is not "
            f"defined: keep one, or name it in the environment variable {DEFAULT_MODEL_NAME}"
        )
    if wanted is not None and wanted not in named:
        raise ModelError(
            f"{DEFAULT_MODEL_NAME} is {wanted!r}, but the archive's models are: {', '.join(sorted(named))}"
        )
    models = [Model(name, _versions(base, model_dir)) for name, base in named.items()]
    return sorted(models, key=lambda model: model.name != wanted)


def _versions(base: Path, model_dir: Path) -> dict[int, Path]:
    """Every entry with a numeric name: the container asks TensorFlow Serving to load them all."""
    entries = sorted(path for path in base.iterdir() if _is_version(path.name))
    broken = [path for path in entries if not (path / "saved_model.pb").is_file()]
    if broken:
        raise ModelError(
            f"{_listed(broken, model_dir)} holds no saved_model.pb: the container takes every numeric name "
            "for a version, cannot load this one, and never becomes healthy; rename or remove it"
        )
    versions: dict[int, Path] = {}
    for path in entries:
        # Thousands of digits are no number that Python would read.
        digits = path.name.lstrip("0")
        version = int(digits or "0") if len(digits) <= len(str(_LARGEST_VERSION)) else _LARGEST_VERSION + 1
        shown = f"version folder {path.relative_to(model_dir)}/ is refused"
        if version > _LARGEST_VERSION:
            raise ModelError(f"{shown}: the largest version is {_LARGEST_VERSION}")
        if version in versions:
            raise ModelError(f"{shown}: {versions[version].relative_to(model_dir)}/ is version {version} too")
        versions[version] = path
    return versions


def _is_version(name: str) -> bool:
    return re.fullmatch(r"[0-9]+", name) is not None


def _nothing_found(model_dir: Path, saved_models: list[Path]) -> str:
    expected = "expected a SavedModel under a numeric folder, such as 1/saved_model.pb"
    if saved_models:
        found = _listed((path / "saved_model.pb" for path in saved_models), model_dir)
        return f"no model to serve: found {found}, whose folder is not a number; {expected}"
    files = sorted(path for path in model_dir.rglob("*") if path.is_file())
    found = _listed(files, model_dir) if files else "an empty directory"
    keras = any(path.suffix in (".keras", ".h5") for path in files)
    way_out = (
        "; a Keras model is written so by model.export(os.environ['SM_MODEL_DIR'] + '/1')" if keras else ""
    )
    return f"no model to serve: found {found}; {expected}{way_out}"


def _listed(paths: Iterable[Path], model_dir: Path) -> str:
    names = sorted(str(path.relative_to(model_dir)) for path in paths)
    more = f" and {len(names) - _LISTED_FILES} more files" if len(names) > _LISTED_FILES else ""
    return ", ".join(names[:_LISTED_FILES]) + more
