"""Where the serving container finds the model in an unpacked model.tar.gz. Needs no TensorFlow."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# serve.py of the container: the model whose requests name none.
DEFAULT_MODEL_NAME = "SAGEMAKER_TFS_DEFAULT_MODEL_NAME"

_LISTED_FILES = 8


class ModelError(Exception):
    """A model directory that the serving container would not serve; the message is one line for a person."""


@dataclass(frozen=True)
class ModelVersion:
    """The version that is served: the model's name, its version number and the SavedModel's folder."""

    model_name: str
    version: int
    path: Path


def find_model(model_dir: Path, environment: Mapping[str, str] = os.environ) -> ModelVersion:
    """The highest version of the archive's model, as the container chooses it.

    A model is a folder whose children with numeric names hold `saved_model.pb`: the archive's root (named
    `model`, the container's own folder) or a folder at any depth (`export/Servo/1` is model `Servo`).

    Raises ModelError, saying what was found and what is expected.
    """
    if not model_dir.is_dir():
        raise ModelError(f"no model directory {model_dir}: expected an unpacked model.tar.gz")
    model_dir = model_dir.resolve()
    # Links are followed, as the container follows them.
    folders = os.walk(model_dir, followlinks=True)
    saved_models = sorted(Path(folder) for folder, _, files in folders if "saved_model.pb" in files)
    bases = sorted({path.parent for path in saved_models if path != model_dir and _is_version(path.name)})
    if not bases:
        raise ModelError(_nothing_found(model_dir, saved_models))
    named = {"model" if base == model_dir else base.name: base for base in bases}
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
    name = wanted if wanted is not None else next(iter(named))
    return _highest_version(name, named[name], model_dir)


def _highest_version(name: str, base: Path, model_dir: Path) -> ModelVersion:
    folders = [path for path in base.iterdir() if path.is_dir() and _is_version(path.name)]
    zero = next((path for path in folders if int(path.name) == 0), None)
    if zero is not None:
        # The container strips leading zeros from the names: 0 leaves an empty version in its configuration.
        raise ModelError(f"version folder {zero.relative_to(model_dir)}/ is refused: versions start at 1")
    versions = {int(path.name): path for path in folders if (path / "saved_model.pb").is_file()}
    version = max(versions)
    return ModelVersion(name, version, versions[version])


def _is_version(name: str) -> bool:
    return re.fullmatch(r"[0-9]+", name) is not None


def _nothing_found(model_dir: Path, saved_models: list[Path]) -> str:
    expected = "expected a SavedModel under a numeric folder, such as 1/saved_model.pb"
    if saved_models:
        found = ", ".join(str((path / "saved_model.pb").relative_to(model_dir)) for path in saved_models)
        return f"no model to serve: found {found}, whose folder is not a number; {expected}"
    files = sorted(str(path.relative_to(model_dir)) for path in model_dir.rglob("*") if path.is_file())
    more = f" and {len(files) - _LISTED_FILES} more files" if len(files) > _LISTED_FILES else ""
    found = ", ".join(files[:_LISTED_FILES]) + more if files else "an empty directory"
    keras = any(path.endswith((".keras", ".h5")) for path in files)
    way_out = (
        "; a Keras model is written so by model.export(os.environ['SM_MODEL_DIR'] + '/1')" if keras else ""
    )
    return f"no model to serve: found {found}; {expected}{way_out}"
