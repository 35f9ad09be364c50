"""What of this machine's Python stands for what an image has: the framework, Keras, Python itself."""

import re
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import Any

from framework_images import framework_image

# From this TensorFlow on `tf.keras` is Keras 3.
_FIRST_WITH_KERAS_3 = (2, 16)

# What scripts import of the containers of scikit-learn and XGBoost, beside the handlers.
_CONTAINERS = Path(__file__).parents[1] / "handler_container/stand_ins"
# And of the toolkit, which is in each image that runs scripts.
_TOOLKIT = Path(__file__).parent / "sagemaker_toolkit"


def stand_ins(image: str, environment: dict[str, str]) -> dict[str, Any]:
    """Variables for the script, folders for its PYTHONPATH, and notes on which versions stand for which.

    A job whose `environment` says something else of TF_USE_LEGACY_KERAS keeps it.
    """
    tag = re.search(
        r"(?:^|/)(?:sagemaker-tensorflow-scriptmode|tensorflow-training):((\d+)\.(\d+)[\d.]*)-\w+-py(\d)(\d*)",
        image,
    )
    if tag is None:
        return _other_framework(framework_image(image))
    version, major, minor, *python = tag.groups()
    keras_2 = (int(major), int(minor)) < _FIRST_WITH_KERAS_3 and environment.get(
        "TF_USE_LEGACY_KERAS", "1"
    ).lower() in ("1", "true")
    here = _version("tensorflow-cpu", "tensorflow")
    notes = []
    if here and here.split(".")[:2] != [major, minor]:
        keras = f"Keras 2 (tf-keras {_version('tf-keras')})" if keras_2 else f"Keras {_version('keras')}"
        notes.append(
            f"TensorFlow {here} with {keras} on Python {python_version()} stands for "
            f"the image's TensorFlow {version} on Python {'.'.join(filter(None, python))}"
        )
    return {
        "variables": {"TF_USE_LEGACY_KERAS": "1"} if keras_2 else {},
        "folders": [str(_TOOLKIT), *([str(Path(__file__).parent / "keras2")] if keras_2 else [])],
        "notes": notes,
    }


def _other_framework(known: dict[str, Any] | None) -> dict[str, Any]:
    """The same of an image that has another framework, or none that is known."""
    if known is None:
        return {"variables": {}, "folders": [], "notes": []}
    there = {**known, "version": known["version"].replace("-", ".")}
    notes = []
    for package in known["packages"][0]:
        name, wanted = package.split("==")
        version = there["base" if "{base}" in wanted else "version"]
        # The first of the packages' names is what other choices have too, or another build of the same.
        here = _version(name, name.removesuffix("-cpu"))
        if here and here.split(".")[:2] != version.split(".")[:2]:
            notes.append(
                f"{name} {here} on Python {python_version()} stands for the image's {name} {version}"
            )
    containers = [str(_CONTAINERS)] if known["serving"] in ("sklearn", "xgboost") else []
    return {"variables": {}, "folders": [str(_TOOLKIT), *containers], "notes": notes}


def _version(*distributions: str) -> str | None:
    """The version of the first of these that is installed."""
    for name in distributions:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None
